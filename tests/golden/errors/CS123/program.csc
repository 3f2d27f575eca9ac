print("a statement stands in a flow")
