package known

import (
	"bufio"
	"container/heap"
	"io"
	"os"
	"slices"
)

// sorter puts records in order that are too many for memory: sorted runs go to a file, and are merged as they are read back.
type sorter[T any] struct {
	dir     string
	size    int // octets of a record in the file
	compare func(a, b *T) int
	put     func([]byte, *T)
	take    func([]byte) T

	held []T
	file *os.File
	ends []int64 // of the runs in the file
}

// sorterHeld is how many records are held at once.
const sorterHeld = 1 << 19

func newSorter[T any](dir string, size int, compare func(a, b *T) int, put func([]byte, *T), take func([]byte) T) *sorter[T] {
	return &sorter[T]{dir: dir, size: size, compare: compare, put: put, take: take}
}

func (s *sorter[T]) add(r T) error {
	if s.held = append(s.held, r); len(s.held) < sorterHeld {
		return nil
	}
	return s.spill()
}

func (s *sorter[T]) sort() {
	slices.SortFunc(s.held, func(a, b T) int { return s.compare(&a, &b) })
}

// spill writes what is held as a sorted run.
func (s *sorter[T]) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, tempPrefix+"*")
		if err != nil {
			return err
		}
		s.file = f
	}
	s.sort()
	w, b, end := bufio.NewWriterSize(s.file, 1<<20), make([]byte, s.size), int64(0)
	if n := len(s.ends); n > 0 {
		end = s.ends[n-1]
	}
	for i := range s.held {
		s.put(b, &s.held[i])
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	s.ends = append(s.ends, end+int64(len(s.held)*s.size))
	s.held = s.held[:0]
	return w.Flush()
}

// run is one that is being read back.
type run[T any] struct {
	r    *bufio.Reader
	b    []byte
	head T
}

// each gives every record in order.
func (s *sorter[T]) each(give func(*T) error) error {
	if s.file == nil {
		s.sort()
		for i := range s.held {
			if err := give(&s.held[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	s.held = nil
	q := &queue[T]{compare: s.compare}
	start := int64(0)
	for _, end := range s.ends {
		r := &run[T]{r: bufio.NewReaderSize(io.NewSectionReader(s.file, start, end-start), 1<<16), b: make([]byte, s.size)}
		start = end
		if more, err := s.next(r); err != nil {
			return err
		} else if more {
			q.runs = append(q.runs, r)
		}
	}
	heap.Init(q)
	for len(q.runs) > 0 {
		r := q.runs[0]
		if err := give(&r.head); err != nil {
			return err
		}
		more, err := s.next(r)
		switch {
		case err != nil:
			return err
		case more:
			heap.Fix(q, 0)
		default:
			heap.Pop(q)
		}
	}
	return nil
}

// next reads a run's next record.
func (s *sorter[T]) next(r *run[T]) (bool, error) {
	switch _, err := io.ReadFull(r.r, r.b); err {
	case nil:
		r.head = s.take(r.b)
		return true, nil
	case io.EOF:
		return false, nil
	default:
		return false, err
	}
}

// close removes the file.
func (s *sorter[T]) close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
		s.file = nil
	}
}

// queue is a heap of runs by their next record.
type queue[T any] struct {
	runs    []*run[T]
	compare func(a, b *T) int
}

func (q *queue[T]) Len() int           { return len(q.runs) }
func (q *queue[T]) Less(i, j int) bool { return q.compare(&q.runs[i].head, &q.runs[j].head) < 0 }
func (q *queue[T]) Swap(i, j int)      { q.runs[i], q.runs[j] = q.runs[j], q.runs[i] }
func (q *queue[T]) Push(x any)         { q.runs = append(q.runs, x.(*run[T])) }
func (q *queue[T]) Pop() any {
	last := q.runs[len(q.runs)-1]
	q.runs = q.runs[:len(q.runs)-1]
	return last
}
