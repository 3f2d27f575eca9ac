flow main():
    return "text" b"bytes"
