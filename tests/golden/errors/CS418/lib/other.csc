from shop import fetch


flow get(url):
    return fetch(url)
