#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Which rows of a plane a window's taps cover, and from which places.</summary>
internal sealed class WindowPlaces
{
    private readonly int _rank;
    private readonly int[] _taps;
    private readonly int[] _strides;
    private readonly int[] _dilations;
    private readonly int[] _before;
    private readonly int[] _first;
    private readonly int[] _end;
    private readonly int[] _at;
    private readonly int[] _row;

    /// <summary>Places along as many axes.</summary>
    public WindowPlaces(int rank)
    {
        _rank = rank;
        Places = new int[rank];
        Covered = new int[rank];
        _taps = new int[rank];
        _strides = new int[rank];
        _dilations = new int[rank];
        _before = new int[rank];
        _first = new int[rank];
        _end = new int[rank];
        _at = new int[rank];
        _row = new int[rank];
    }

    /// <summary>How many places there are along each axis.</summary>
    public int[] Places { get; }

    /// <summary>The length along each axis of what windows cover.</summary>
    public int[] Covered { get; }

    /// <summary>The number of places.</summary>
    public int PlaceCount { get; private set; } = 1;

    /// <summary>The number of elements that windows cover.</summary>
    public int CoveredCount { get; private set; } = 1;

    /// <summary>The taps of a window.</summary>
    public int TapCount { get; private set; } = 1;

    /// <summary>States an axis: the window at place i has tap k at i · stride − before + k · dilation.</summary>
    public void Set(int axis, int places, int covered, int taps, int stride, int dilation, int before)
    {
        Places[axis] = places;
        Covered[axis] = covered;
        _taps[axis] = taps;
        _strides[axis] = stride;
        _dilations[axis] = dilation;
        _before[axis] = before;
    }

    /// <summary>Counts, once every axis is stated and the tensors are known to fit.</summary>
    public void Prepare()
    {
        PlaceCount = Tensors.Count("", Places);
        CoveredCount = Tensors.Count("", Covered);
        TapCount = Tensors.Count("", _taps);
    }

    /// <summary>Adds to every place the products of a filter and what its window covers.</summary>
    public void Collect(ReadOnlySpan<float> covered, ReadOnlySpan<float> filter, Span<float> places)
    {
        int last = _rank - 1;
        int stride = _strides[last];
        for (int tap = 0; tap < filter.Length; tap++)
        {
            for (bool more = Begin(tap); more; more = Next())
            {
                (int place, int from) = Row();
                Span<float> to = places.Slice(place, _end[last] - _first[last]);
                if (stride == 1)
                {
                    RowMath.AddScaled(covered.Slice(from, to.Length), filter[tap], to);
                    continue;
                }

                for (int i = 0; i < to.Length; i++) to[i] += filter[tap] * covered[from + (i * stride)];
            }
        }
    }

    /// <summary>Adds to what windows cover the products of a filter and the place of the window.</summary>
    public void Spread(ReadOnlySpan<float> places, ReadOnlySpan<float> filter, Span<float> covered)
    {
        int last = _rank - 1;
        int stride = _strides[last];
        for (int tap = 0; tap < filter.Length; tap++)
        {
            for (bool more = Begin(tap); more; more = Next())
            {
                (int place, int to) = Row();
                ReadOnlySpan<float> from = places.Slice(place, _end[last] - _first[last]);
                if (stride == 1)
                {
                    RowMath.AddScaled(from, filter[tap], covered.Slice(to, from.Length));
                    continue;
                }

                for (int i = 0; i < from.Length; i++) covered[to + (i * stride)] += filter[tap] * from[i];
            }
        }
    }

    /// <summary>Goes to the first row of places whose tap lies inside; false where there is none.</summary>
    private bool Begin(int tap)
    {
        for (int axis = _rank - 1; axis >= 0; axis--)
        {
            long offset = ((long)(tap % _taps[axis]) * _dilations[axis]) - _before[axis];
            tap /= _taps[axis];
            long first = offset >= 0 ? 0 : (-offset + _strides[axis] - 1) / _strides[axis];
            long room = Covered[axis] - offset;
            long end = room <= 0 ? 0 : Math.Min(Places[axis], (room + _strides[axis] - 1) / _strides[axis]);
            if (first >= end) return false;
            _first[axis] = (int)first;
            _end[axis] = (int)end;
            _at[axis] = (int)((first * _strides[axis]) + offset);
        }

        for (int axis = 0; axis < _rank; axis++) _row[axis] = 0;
        return true;
    }

    /// <summary>Goes to the next row; false behind the last one.</summary>
    private bool Next()
    {
        for (int axis = _rank - 2; axis >= 0; axis--)
        {
            if (++_row[axis] < _end[axis] - _first[axis]) return true;
            _row[axis] = 0;
        }

        return false;
    }

    /// <summary>Where the row begins among the places, and what its tap covers there.</summary>
    private (int Place, int Covered) Row()
    {
        int place = 0;
        int covered = 0;
        for (int axis = 0; axis < _rank; axis++)
        {
            place = (place * Places[axis]) + _first[axis] + _row[axis];
            covered = (covered * Covered[axis]) + _at[axis] + (_row[axis] * _strides[axis]);
        }

        return (place, covered);
    }
}
