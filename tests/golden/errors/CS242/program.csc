flow main(rows: list):
    for row in rows as search:
        for item in row as search:
            break search
