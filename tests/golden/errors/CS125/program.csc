flow main():
    sleep
