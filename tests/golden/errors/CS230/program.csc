flow main(name: string):
    print(name)
