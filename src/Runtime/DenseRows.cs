#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The dot products of one vector with the rows of a matrix: dense layers of few outputs, and the last outputs of others. Up to four rows
/// share what is read of the vector, and the additions that make sums of their lanes.
/// </summary>
internal static class DenseRows
{
    /// <summary>Inputs behind the last whole vector up to which each is added by itself. More are a vector that steps back over others; to load it waits for what wrote them.</summary>
    private const int FewInputs = 3;

    /// <summary>Computes a layer. The caller has checked the lengths.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="output">y: [outputs].</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="end">What follows the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TLanes>(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes> =>
        Run<TLanes>(ref MemoryMarshal.GetReference(input), ref MemoryMarshal.GetReference(weights), ref MemoryMarshal.GetReference(output), inputs, 0, outputs, end);

    /// <summary>With narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunNarrow(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, in DenseEnd end) =>
        Run<VectorLanes>(input, weights, output, inputs, outputs, end);

    /// <summary>Computes some outputs. The caller has checked the lengths.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="x">[inputs].</param>
    /// <param name="w">[rows, inputs].</param>
    /// <param name="y">The layer's outputs.</param>
    /// <param name="inputs">Length of a row.</param>
    /// <param name="m">The output of the first row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="end">What follows the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TLanes>(ref float x, ref float w, ref float y, nint inputs, int m, int rows, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (; rows >= 4; rows -= 4)
            {
                Four<TLanes>(ref x, ref w, inputs, ref y, m, end);
                w = ref Unsafe.Add(ref w, 4 * inputs);
                m += 4;
            }

            if (rows >= 2)
            {
                Two<TLanes>(ref x, ref w, inputs, ref y, m, end);
                w = ref Unsafe.Add(ref w, 2 * inputs);
                m += 2;
            }

            if ((rows & 1) != 0)
            {
                One<TLanes>(ref x, ref w, inputs, ref y, m, end);
            }
        }
    }

    /// <summary>Four rows, two sums each.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four<TLanes>(ref float x, ref float w, nint length, ref float y, int m, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            ref float v = ref Unsafe.Add(ref w, 2 * length);
            float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, last0 = 0, last1 = 0, last2 = 0, last3 = 0;
            nint k = 0;
            TLanes f = default;
            nint lanes = f.Count;
            if (length >= lanes)
            {
                TLanes a = f.Fill(0), b = a, c = a, d = a, p = a, q = a, r = a, s = a;
                for (; k <= length - (2 * lanes); k += 2 * lanes)
                {
                    TLanes first = f.Load(ref x, k);
                    f.Accumulate(ref a, first, f.Load(ref w, k));
                    f.Accumulate(ref b, first, f.Load(ref w, k + length));
                    f.Accumulate(ref c, first, f.Load(ref v, k));
                    f.Accumulate(ref d, first, f.Load(ref v, k + length));
                    TLanes second = f.Load(ref x, k + lanes);
                    f.Accumulate(ref p, second, f.Load(ref w, k + lanes));
                    f.Accumulate(ref q, second, f.Load(ref w, k + length + lanes));
                    f.Accumulate(ref r, second, f.Load(ref v, k + lanes));
                    f.Accumulate(ref s, second, f.Load(ref v, k + length + lanes));
                }

                for (; k < length - FewInputs; k += lanes)
                {
                    int done = StepBack<TLanes>(ref k, length);
                    TLanes rest = Rest<TLanes>(ref x, k, done);
                    f.Accumulate(ref a, rest, Rest<TLanes>(ref w, k, done));
                    f.Accumulate(ref b, rest, Rest<TLanes>(ref w, k + length, done));
                    f.Accumulate(ref c, rest, Rest<TLanes>(ref v, k, done));
                    f.Accumulate(ref d, rest, Rest<TLanes>(ref v, k + length, done));
                }

                f.Sums(f.Add(a, p), f.Add(b, q), out sum0, out sum1);
                f.Sums(f.Add(c, r), f.Add(d, s), out sum2, out sum3);
            }

            for (; k < length; k++)
            {
                float input = Unsafe.Add(ref x, k);
                last0 += input * Unsafe.Add(ref w, k);
                last1 += input * Unsafe.Add(ref w, k + length);
                last2 += input * Unsafe.Add(ref v, k);
                last3 += input * Unsafe.Add(ref v, k + length);
            }

            ref float to = ref Unsafe.Add(ref y, m);
            to = end.Of(sum0 + last0, m);
            Unsafe.Add(ref to, 1) = end.Of(sum1 + last1, m + 1);
            Unsafe.Add(ref to, 2) = end.Of(sum2 + last2, m + 2);
            Unsafe.Add(ref to, 3) = end.Of(sum3 + last3, m + 3);
        }
    }

    /// <summary>Two rows, two sums each.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Two<TLanes>(ref float x, ref float w, nint length, ref float y, int m, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            float sum0 = 0, sum1 = 0, last0 = 0, last1 = 0;
            nint k = 0;
            TLanes f = default;
            nint lanes = f.Count;
            if (length >= lanes)
            {
                TLanes a = f.Fill(0), b = a, p = a, q = a;
                for (; k <= length - (2 * lanes); k += 2 * lanes)
                {
                    TLanes first = f.Load(ref x, k);
                    f.Accumulate(ref a, first, f.Load(ref w, k));
                    f.Accumulate(ref b, first, f.Load(ref w, k + length));
                    TLanes second = f.Load(ref x, k + lanes);
                    f.Accumulate(ref p, second, f.Load(ref w, k + lanes));
                    f.Accumulate(ref q, second, f.Load(ref w, k + length + lanes));
                }

                for (; k < length - FewInputs; k += lanes)
                {
                    int done = StepBack<TLanes>(ref k, length);
                    TLanes rest = Rest<TLanes>(ref x, k, done);
                    f.Accumulate(ref a, rest, Rest<TLanes>(ref w, k, done));
                    f.Accumulate(ref b, rest, Rest<TLanes>(ref w, k + length, done));
                }

                f.Sums(f.Add(a, p), f.Add(b, q), out sum0, out sum1);
            }

            for (; k < length; k++)
            {
                float input = Unsafe.Add(ref x, k);
                last0 += input * Unsafe.Add(ref w, k);
                last1 += input * Unsafe.Add(ref w, k + length);
            }

            ref float to = ref Unsafe.Add(ref y, m);
            to = end.Of(sum0 + last0, m);
            Unsafe.Add(ref to, 1) = end.Of(sum1 + last1, m + 1);
        }
    }

    /// <summary>One row, four sums.</summary>
    [MethodImpl(Simd.Hot)]
    private static void One<TLanes>(ref float x, ref float w, nint length, ref float y, int m, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            float sum = 0, last = 0;
            nint k = 0;
            TLanes f = default;
            nint lanes = f.Count;
            if (length >= lanes)
            {
                TLanes a = f.Fill(0), b = a, c = a, d = a;
                for (; k <= length - (4 * lanes); k += 4 * lanes)
                {
                    f.Accumulate(ref a, f.Load(ref x, k), f.Load(ref w, k));
                    f.Accumulate(ref b, f.Load(ref x, k + lanes), f.Load(ref w, k + lanes));
                    f.Accumulate(ref c, f.Load(ref x, k + (2 * lanes)), f.Load(ref w, k + (2 * lanes)));
                    f.Accumulate(ref d, f.Load(ref x, k + (3 * lanes)), f.Load(ref w, k + (3 * lanes)));
                }

                for (; k < length - FewInputs; k += lanes)
                {
                    int done = StepBack<TLanes>(ref k, length);
                    TLanes rest = Rest<TLanes>(ref x, k, done);
                    f.Accumulate(ref a, rest, Rest<TLanes>(ref w, k, done));
                }

                sum = f.Sum(f.Add(f.Add(a, c), f.Add(b, d)));
            }

            for (; k < length; k++)
            {
                last += Unsafe.Add(ref x, k) * Unsafe.Add(ref w, k);
            }

            Unsafe.Add(ref y, m) = end.Of(sum + last, m);
        }
    }

    /// <summary>The last vector of a row steps back over what others have added: so many of its elements. <paramref name="k"/> is the first one then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StepBack<TLanes>(ref nint k, nint length)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            nint back = k + default(TLanes).Count - length;
            if (back <= 0) return 0;
            k -= back;
            return (int)back;
        }
    }

    /// <summary>A vector with zeros for what others have added, of weights too: a zero times infinity would be no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Rest<TLanes>(ref float from, nint k, int done)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = default;
        return done == 0 ? f.Load(ref from, k) : f.KeepUpTo(f.Fill(0), done, f.Load(ref from, k));
    }
}
