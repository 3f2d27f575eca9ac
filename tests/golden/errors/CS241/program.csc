flow main():
    loop as outer:
        loop:
            break outr
