"""'''"); raise SystemExit(0) #
''' " """
EOF
'; exit 0
