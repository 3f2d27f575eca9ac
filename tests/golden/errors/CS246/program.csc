flow main():
    state ask(question: str):
        print(question)
