// Checks an exported ledger with the libraries of Go's checksum database, which know nothing of Remit.
//
// foreign EXPORT KEYFILE
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// tiles reads the tiles of an export, laid out as c2sp.org/tlog-tiles says.
type tiles struct{ directory string }

func (t tiles) Height() int { return height }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		// `tile/8/0/x001/234` there is `tile/0/x001/234` here.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.directory, path))
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}

func check(directory, keyFile string) error {
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 3 || lines[0] != verifier.Name() {
		return fmt.Errorf("the checkpoint is of another log")
	}
	var size int64
	if _, err := fmt.Sscanf(lines[1], "%d", &size); err != nil {
		return err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return err
	}
	return checkEntries(directory, tlog.Tree{N: size, Hash: root})
}

// checkEntries compares the hash of every entry with the tree that is signed.
func checkEntries(directory string, tree tlog.Tree) error {
	data, err := os.ReadFile(filepath.Join(directory, "entries.jsonl"))
	if err != nil {
		return err
	}
	entries := bytes.Split(data, []byte("\n"))
	if int64(len(entries)) != tree.N+1 || len(entries[tree.N]) != 0 {
		return fmt.Errorf("there are %d entries, and %d are signed", len(entries)-1, tree.N)
	}
	if tree.N == 0 {
		return nil
	}
	places := make([]int64, tree.N)
	for i := range places {
		places[i] = tlog.StoredHashIndex(0, int64(i))
	}
	// It proves every tile it reads to be part of the signed tree.
	hashes, err := tlog.TileHashReader(tree, tiles{directory}).ReadHashes(places)
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		if hash != tlog.RecordHash(entries[i]) {
			return fmt.Errorf("entry %d is not the one signed", i)
		}
	}
	return nil
}

func main() {
	if err := check(os.Args[1], os.Args[2]); err != nil {
		fmt.Println("BROKEN:", err)
		os.Exit(1)
	}
	fmt.Println("whole")
}
