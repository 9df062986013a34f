class Full(Exception)
    pass
