package eval
import ("bufio";"image")
type Decoder func([]byte) (image.Image, error)
func writeReport(w *bufio.Writer, run *Run, m *Metrics, opts WriteOptions) error { return nil }
