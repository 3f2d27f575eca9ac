flow main(values: list):
    return {"all": values, "first"}
