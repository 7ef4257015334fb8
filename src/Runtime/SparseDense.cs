#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// A dense layer that reads only the weights of inputs that are not zero. Behind a Relu half of the inputs and more are zero, and one
/// sample waits for its weights. Rows of weights are taken a chunk at a time: the places of those that count are noted once and serve all
/// outputs. Weights lie as <see cref="Dense.Run{TActivation}"/> and <see cref="HashedDense.RunPairs{TActivation}"/> read them.
/// </summary>
internal static class SparseDense
{
    /// <summary>Rows of weights whose inputs are noted at once.</summary>
    internal const int Chunk = 1024;

    /// <summary>Computes a layer whose weights are floats. The caller has checked the lengths.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">In blocks; finite.</param>
    /// <param name="output">y: [outputs].</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="end">What follows the sums.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            Span<ushort> places = stackalloc ushort[Chunk];
            ref ushort p = ref MemoryMarshal.GetReference(places);
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref float y = ref MemoryMarshal.GetReference(output);
            int inPanels = Rows<TLanes>(ref x, ref w, ref y, inputs, inputs, outputs, end);
            for (int from = 0; from < inputs; from += Chunk)
            {
                int length = Math.Min(Chunk, inputs - from);
                ref float first = ref Unsafe.Add(ref x, from);
                SparsePart part = new(from, inputs, SparseInput.Note(ref first, length, 1, ref p), isFirst: from == 0, isLast: from + length == inputs);
                Blocks<TLanes, FloatRows<TLanes>>(ref first, ref p, part, ref w, ref y, inPanels, end);
            }
        }
    }

    /// <summary>Computes a layer whose weights are pairs. The caller has checked the lengths.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">In blocks, two inputs a row; finite.</param>
    /// <param name="output">y: [outputs].</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="end">What follows the sums.</param>
    [MethodImpl(Simd.Hot)]
    internal static void RunPairs<TLanes>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            Span<ushort> places = stackalloc ushort[Chunk];
            ref ushort p = ref MemoryMarshal.GetReference(places);
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref float y = ref MemoryMarshal.GetReference(output);
            int depth = (inputs + 1) >> 1;
            int inPanels = Rows<TLanes>(ref x, ref w, ref y, depth, inputs, outputs, end);
            for (int from = 0; from < depth; from += Chunk)
            {
                // The inputs of even number first, then those of odd: the second half of a row mostly finds it in the cache.
                int length = Math.Min(Chunk, depth - from);
                ref float even = ref Unsafe.Add(ref x, 2 * (nint)from);
                SparsePart part = new(from, depth, SparseInput.Note(ref even, length, 2, ref p), isFirst: from == 0, isLast: false);
                Blocks<TLanes, LowerRows<TLanes>>(ref even, ref p, part, ref w, ref y, inPanels, end);

                ref float odd = ref Unsafe.Add(ref even, 1);
                int count = SparseInput.Note(ref odd, Math.Min(length, (inputs >> 1) - from), 2, ref p);
                part = new(from, depth, count, isFirst: false, isLast: from + length == depth);
                Blocks<TLanes, UpperRows<TLanes>>(ref odd, ref p, part, ref w, ref y, inPanels, end);
            }
        }
    }

    /// <summary>With narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunNarrow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, in DenseEnd end) =>
        Run<VectorLanes>(input, weights, output, inputs, outputs, end);

    /// <summary>Pairs with narrower vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunPairsNarrow(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, in DenseEnd end) =>
        RunPairs<VectorLanes>(input, weights, output, inputs, outputs, end);

    /// <summary>The last outputs, whose weights are rows of floats, from all inputs. Returns how many come before them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rows<TLanes>(ref float x, ref float w, ref float y, int depth, int inputs, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int rows = DenseLayout.Rows(outputs);
            int inPanels = outputs - rows;
            if (rows > 0)
            {
                DenseRows.Run<TLanes>(ref x, ref Unsafe.Add(ref w, (nint)DenseLayout.Lanes(inPanels) * depth), ref y, inputs, inPanels, rows, end);
            }

            return inPanels;
        }
    }

    /// <summary>Adds what some inputs give to all outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Blocks<TLanes, TRows>(ref float x, ref ushort p, in SparsePart part, ref float w, ref float y, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, ISparseRows<TLanes>
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            for (int m = 0; m < outputs; m += Dense.BlockWidth)
            {
                int stop = Math.Min(m + Dense.BlockWidth, outputs);
                nint step = (stop - m + Dense.PanelWidth - 1) & -Dense.PanelWidth;
                ref float v = ref Unsafe.Add(ref w, ((nint)m * part.Depth) + (step * part.From));
                int at = m;
                for (; at + (3 * lanes) < stop; at += 4 * lanes)
                {
                    SparseTile.Four<TLanes, TRows>(ref x, ref p, part, ref Unsafe.Add(ref v, at - m), step, ref y, at, outputs, end);
                }

                for (; at + lanes < stop; at += 2 * lanes)
                {
                    SparseTile.Two<TLanes, TRows>(ref x, ref p, part, ref Unsafe.Add(ref v, at - m), step, ref y, at, outputs, end);
                }

                if (at < stop)
                {
                    SparseTile.One<TLanes, TRows>(ref x, ref p, part, ref Unsafe.Add(ref v, at - m), step, ref y, at, outputs, end);
                }
            }
        }
    }
}
