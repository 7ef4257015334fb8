#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The dot products of one vector with the rows of a matrix: dense layers of few outputs.</summary>
internal static class DenseRows
{
    /// <summary>The products with all rows. The caller has checked the lengths.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="input">[inputs].</param>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="output">Takes the sums: [outputs].</param>
    /// <param name="inputs">Length of a row.</param>
    /// <param name="outputs">Rows.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Sums<TLanes>(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, nint inputs, int outputs)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref float y = ref MemoryMarshal.GetReference(output);
            for (int m = 0; m < outputs; m++)
            {
                Unsafe.Add(ref y, m) = Dot<TLanes>(ref x, ref Unsafe.Add(ref w, m * inputs), inputs);
            }
        }
    }

    /// <summary>The dot product with one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Dot<TLanes>(ref float x, ref float w, nint length)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            nint lanes = f.Count;
            TLanes a = f.Fill(0), b = a, c = a, d = a;
            nint k = 0;
            for (; k <= length - (4 * lanes); k += 4 * lanes)
            {
                a = f.MultiplyAdd(f.Load(ref x, k), f.Load(ref w, k), a);
                b = f.MultiplyAdd(f.Load(ref x, k + lanes), f.Load(ref w, k + lanes), b);
                c = f.MultiplyAdd(f.Load(ref x, k + (2 * lanes)), f.Load(ref w, k + (2 * lanes)), c);
                d = f.MultiplyAdd(f.Load(ref x, k + (3 * lanes)), f.Load(ref w, k + (3 * lanes)), d);
            }

            for (; k <= length - lanes; k += lanes)
            {
                a = f.MultiplyAdd(f.Load(ref x, k), f.Load(ref w, k), a);
            }

            float sum = f.Sum(f.Add(f.Add(a, c), f.Add(b, d)));
            for (; k < length; k++)
            {
                sum += Unsafe.Add(ref x, k) * Unsafe.Add(ref w, k);
            }

            return sum;
        }
    }
}
