#nullable enable
using System;
using System.Collections.Generic;

namespace RedGen.Runtime;

/// <summary>
/// Walks tensors that broadcast to one shape, row by row of the fewest and longest rows: within a row every operand moves by a
/// constant step, 1 or 0. Add the operands, make the output, then walk.
/// </summary>
public sealed class BroadcastRows
{
    private readonly string _node;
    private readonly List<int[]> _operands = [];
    private int[] _lengths = [];
    private int[] _loops = [];
    private int[][] _strides = [];
    private int[] _starts = [];
    private int[] _position = [];
    private int _left;

    /// <summary>Begins with no operands.</summary>
    /// <param name="node">The node, for messages.</param>
    public BroadcastRows(string node) => _node = node;

    /// <summary>The shape that the operands broadcast to.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>The elements of a row.</summary>
    public int Count { get; private set; }

    /// <summary>Where the current row begins in the output.</summary>
    public int At { get; private set; }

    /// <summary>Whether there is no row left.</summary>
    public bool IsDone => _left == 0;

    /// <summary>Adds an operand.</summary>
    /// <param name="lengths">Its lengths.</param>
    /// <param name="ones">How many axes of length 1 follow them.</param>
    /// <exception cref="ArgumentException">It does not broadcast with those before it.</exception>
    public void Add(ReadOnlySpan<int> lengths, int ones = 0)
    {
        var operand = new int[lengths.Length + ones];
        lengths.CopyTo(operand);
        for (int i = lengths.Length; i < operand.Length; i++) operand[i] = 1;
        int rank = Math.Max(operand.Length, _lengths.Length);
        var common = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int mine = LengthAt(_lengths, i, rank);
            int other = LengthAt(operand, i, rank);
            if (mine != other && mine != 1 && other != 1) throw new ArgumentException(_node + ": the shapes " + Tensors.Text(_lengths) + " and " + Tensors.Text(operand) + " do not broadcast.");
            common[i] = mine == 1 ? other : mine;
        }

        _operands.Add(operand);
        _lengths = common;
    }

    /// <summary>Goes to the first row.</summary>
    public void Begin()
    {
        int rank = _lengths.Length;
        var loops = new List<int>();
        var strides = new List<int[]>();
        int[][] all = [.. _operands.ConvertAll(o => Strides(o, rank))];
        for (int axis = 0; axis < rank; axis++)
        {
            if (_lengths[axis] == 1) continue;
            int at = axis;
            int[] step = Array.ConvertAll(all, s => s[at]);
            if (strides.Count > 0 && Continues(strides[strides.Count - 1], step, _lengths[axis]))
            {
                strides[strides.Count - 1] = step;
                loops[loops.Count - 1] = unchecked(loops[loops.Count - 1] * _lengths[axis]);
                continue;
            }

            loops.Add(_lengths[axis]);
            strides.Add(step);
        }

        if (loops.Count == 0)
        {
            loops.Add(1);
            strides.Add(new int[all.Length]);
        }

        _loops = [.. loops];
        _strides = [.. strides];
        _starts = new int[all.Length];
        _position = new int[_loops.Length];
        Count = _loops[_loops.Length - 1];
        At = 0;
        _left = 1;
        if (Array.IndexOf(_loops, 0) >= 0 || Array.IndexOf(_lengths, 0) >= 0) _left = 0;
        for (int i = 0; i < _loops.Length - 1 && _left > 0; i++) _left *= _loops[i];
    }

    /// <summary>Goes to the next row.</summary>
    public void Next()
    {
        _left--;
        At += Count;
        for (int loop = _loops.Length - 2; loop >= 0; loop--)
        {
            for (int k = 0; k < _starts.Length; k++) _starts[k] += _strides[loop][k];
            if (++_position[loop] < _loops[loop]) return;
            for (int k = 0; k < _starts.Length; k++) _starts[k] -= _loops[loop] * _strides[loop][k];
            _position[loop] = 0;
        }
    }

    /// <summary>Where an operand stands at the beginning of the row.</summary>
    public int Start(int operand) => _starts[operand];

    /// <summary>How far an operand moves from element to element of a row.</summary>
    public int Step(int operand) => _strides[_strides.Length - 1][operand];

    private static int LengthAt(int[] lengths, int axis, int rank)
    {
        int i = axis - (rank - lengths.Length);
        return i < 0 ? 1 : lengths[i];
    }

    private static int[] Strides(int[] operand, int rank)
    {
        int[] own = Tensors.Strides(operand);
        var strides = new int[rank];
        for (int i = 0; i < own.Length; i++) strides[rank - own.Length + i] = operand[i] == 1 ? 0 : own[i];
        return strides;
    }

    private static bool Continues(int[] outer, int[] inner, int length)
    {
        for (int k = 0; k < outer.Length; k++)
            if (outer[k] != unchecked(inner[k] * length)) return false;
        return true;
    }
}
