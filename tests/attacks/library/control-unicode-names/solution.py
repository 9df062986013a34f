# Ein Programm mit Umlauten: ä ö ü ß, 漢字, 😀
def größe(число, 数=1):
    ﬁn = 3 * число
    return ﬁn + 数


f = größe
ΑΒΓ = "naïve café ☃ \N{SNOWMAN}"
