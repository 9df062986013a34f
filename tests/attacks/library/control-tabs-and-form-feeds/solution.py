def f(n):
	

	if n:	 
			return 3 * n + 1
	return 1   
\

