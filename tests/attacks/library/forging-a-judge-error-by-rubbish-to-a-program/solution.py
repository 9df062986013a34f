print('true')
