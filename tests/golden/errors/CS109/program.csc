flow main():
    sleep 1h30
