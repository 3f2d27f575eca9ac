"""Find files that have the same content."""

from disk import hash_file, list_folder

const AT_ONCE = 8


flow main(root: str, smallest: int = 1) -> dict:
    """Report groups of equal files under a folder, the group that wastes most first.

    Files below `smallest` bytes are not looked at. Symbolic links are not followed.
    """
    found = scan(root, smallest)
    by_size = {}
    for file in found["files"]:
        by_size.setdefault(file["size"], []).append(file)

    # Only a file that shares its size with another can be a duplicate: the others are never read.
    suspects = [file for files in by_size.values() if len(files) > 1 for file in files]
    emit "hashing", len(suspects)
    hashes = parallel [fingerprint(file) for file in suspects] limit AT_ONCE

    by_content = {}
    unreadable = found["unreadable"]
    for file, (digest, problem) in zip(suspects, hashes):
        if problem is None:
            by_content.setdefault((file["size"], digest), []).append(file["shown"])
        else:
            unreadable.append({"path": file["shown"], "reason": problem})
    groups = rank(by_content)
    return {
        "root": root,
        "files": len(found["files"]),
        "hashed": len(suspects),
        "groups": groups,
        "wasted_bytes": sum([group["wasted_bytes"] for group in groups]),
        "empty": found["empty"],
        "links": found["links"],
        "unreadable": unreadable,
    }


flow scan(root: str, smallest: int) -> dict:
    """Everything below a folder, by what it is."""
    found = {"files": [], "empty": [], "links": [], "unreadable": []}
    seen = set()
    folders = [{"path": root, "shown": root}]
    for folder in folders:  # grows while it is read
        try:
            entries = list_folder(folder["path"])
        except OSError as error:
            if folder["path"] == root:
                fail f"can not read the folder {root}: {error.strerror}"
            found["unreadable"].append({"path": folder["shown"], "reason": error.strerror})
            continue
        for entry in entries:
            kind = entry["kind"]
            if kind == "folder":
                folders.append(entry)
            elif kind == "link" or entry["identity"] in seen:
                found["links"].append(entry["shown"])
            elif kind == "other":
                found["unreadable"].append({"path": entry["shown"], "reason": "not a regular file"})
            elif entry["size"] == 0:
                found["empty"].append(entry["shown"])
            elif entry["size"] >= smallest:
                seen.add(entry["identity"])
                found["files"].append(entry)
    return found


flow fingerprint(file: dict) -> tuple:
    """The hash of a file and None, or None and the reason why it can not be read."""
    try:
        return hash_file(file["path"]), None
    except OSError as error:
        return None, error.strerror


flow rank(by_content: dict) -> list:
    """The groups of more than one file, by the bytes that their copies waste."""
    ranked = []
    for (size, digest), paths in by_content.items():
        if len(paths) > 1:
            ranked.append((-size * (len(paths) - 1), paths, size, digest))
    return [
        {"wasted_bytes": -waste, "size": size, "sha256": digest, "paths": paths}
        for waste, paths, size, digest in sorted(ranked)
    ]
