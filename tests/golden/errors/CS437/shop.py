import cascade as cs

page = cs.from_json('{"cascade": 1, "nodes": []}')
