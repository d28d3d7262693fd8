"""A file that is there is replaced only if the user agrees."""

import cornu as keras


def test_declining_to_overwrite_keeps_the_file(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    path.write_text("old")
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.save(path, overwrite=False)
    assert path.read_text() == "old"
