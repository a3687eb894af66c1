//go:build !linux

package segment

func largePages([]byte) {} // others choose the size of pages themselves
