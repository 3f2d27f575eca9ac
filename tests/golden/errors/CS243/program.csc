flow main():
    jump done()
