flow main():
    sleep -5
