EOF
echo 7
exit 0
cat <<'EOF'
print(0)
