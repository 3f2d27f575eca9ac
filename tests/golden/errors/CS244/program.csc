flow main():
    state ask():
        jump finsh()
    state finish():
        jump ask()
