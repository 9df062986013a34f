import os, resource, signal, socket, subprocess, sys, tempfile, threading

print(3 * int(input()) + 1)
