#nullable enable
using System;
using System.Collections.Generic;

namespace RedGen.Runtime;

/// <summary>ONNX Unique: what occurs in a tensor, each once.</summary>
/// <typeparam name="T">The type of an element.</typeparam>
public sealed class UniqueSlices<T>
{
    private readonly int[] _first;
    private readonly int[] _inverse;
    private readonly int[] _counts;

    /// <summary>Finds the slices of an axis that differ. NaN is one value, larger than all numbers.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The tensor.</param>
    /// <param name="axis">The axis; −1: the elements are taken as a list.</param>
    /// <param name="isSorted">Whether the slices come sorted; else as they come first.</param>
    public UniqueSlices(string node, TensorView<T> x, int axis, bool isSorted)
    {
        T[] elements = x.Span.ToArray();
        int[] lengths = axis < 0 ? new int[] { elements.Length } : x.Lengths.ToArray();
        int along = Math.Max(0, axis);
        int length = lengths[along];
        int inner = 1;
        for (int i = along + 1; i < lengths.Length; i++) inner = unchecked(inner * lengths[i]);
        int outer = elements.Length == 0 ? 0 : elements.Length / (length * inner);
        var order = new SliceOrder(elements, length, inner, outer);
        var places = new int[length];
        for (int i = 0; i < length; i++) places[i] = i;
        Array.Sort(places, order);
        _inverse = new int[length];
        var first = new List<int>();
        var counts = new List<int>();
        for (int i = 0; i < length; i++)
        {
            if (i == 0 || order.CompareSlices(places[i - 1], places[i]) != 0)
            {
                first.Add(places[i]);
                counts.Add(0);
            }

            _inverse[places[i]] = first.Count - 1;
            counts[first.Count - 1]++;
        }

        _first = first.ToArray();
        _counts = counts.ToArray();
        if (!isSorted) SortByPlace();
        lengths[along] = _first.Length;
        Values = Tensors.Create<T>(node, lengths);
        for (int o = 0; o < outer; o++)
            for (int i = 0; i < _first.Length; i++)
                elements.AsSpan(((o * length) + _first[i]) * inner, inner).CopyTo(Values.Span.Slice(((o * _first.Length) + i) * inner));
    }

    /// <summary>Each slice once.</summary>
    public DynamicTensor<T> Values { get; }

    /// <summary>Where each of them stands first.</summary>
    public DynamicTensor<long> First => List(_first);

    /// <summary>Which of them stands at each place.</summary>
    public DynamicTensor<long> Inverse => List(_inverse);

    /// <summary>How often each of them occurs.</summary>
    public DynamicTensor<long> Counts => List(_counts);

    private void SortByPlace()
    {
        var order = new int[_first.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort((int[])_first.Clone(), order);
        var rank = new int[order.Length];
        for (int i = 0; i < order.Length; i++) rank[order[i]] = i;
        int[] counts = Array.ConvertAll(order, i => _counts[i]);
        counts.CopyTo(_counts, 0);
        Array.Sort(_first);
        for (int i = 0; i < _inverse.Length; i++) _inverse[i] = rank[_inverse[i]];
    }

    private static DynamicTensor<long> List(int[] numbers) => new(Array.ConvertAll(numbers, n => (long)n), new int[] { numbers.Length });

    /// <summary>Orders slices by their elements, and equal ones by their places.</summary>
    private sealed class SliceOrder(T[] elements, int length, int inner, int outer) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            int order = CompareSlices(x, y);
            return order != 0 ? order : x.CompareTo(y);
        }

        public int CompareSlices(int a, int b)
        {
            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    T first = elements[(((o * length) + a) * inner) + i];
                    T second = elements[(((o * length) + b) * inner) + i];
                    int order = Comparer<T>.Default.Compare(first, second);
                    // .NET has NaN smaller than all numbers.
                    if (order != 0) return IsNaN(first) || IsNaN(second) ? -order : order;
                }
            }

            return 0;
        }

        private static bool IsNaN(T value) => value switch
        {
            float f => float.IsNaN(f),
            double d => double.IsNaN(d),
            BFloat16 b => float.IsNaN((float)b),
#if NET8_0_OR_GREATER
            Half h => Half.IsNaN(h),
#endif
            _ => false,
        };
    }
}
