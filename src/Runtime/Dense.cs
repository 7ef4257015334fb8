#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// A fully connected layer for one sample: y[m] = activation(bias[m] + Σ over k of weights[m, k] × x[k]).
/// <see cref="Run{TActivation}"/> reads packed weights and serves any size; <see cref="RunRows{TActivation}"/> reads the
/// rows as ONNX stores them (transB = 1) and is better below <see cref="RowsLimit"/> outputs, where packing would mostly
/// store zeros.
/// </summary>
public static class Dense
{
    /// <summary>Outputs in a panel of packed weights.</summary>
    public const int PanelWidth = 16;

    /// <summary>Below this many outputs <see cref="RunRows{TActivation}"/> is the better kernel.</summary>
    public const int RowsLimit = 8;

    /// <summary>Computes the layer from packed weights. Each output sums every second k, or every fourth, apart and adds the parts.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">Packed [⌈outputs / 16⌉][inputs][16]; lanes beyond the last output are zero.</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        int panels = (outputs + PanelWidth - 1) / PanelWidth;
        if (input.Length < inputs || output.Length < outputs || weights.Length < panels * PanelWidth * inputs
            || (bias.Length != 0 && bias.Length < outputs))
        {
            throw new ArgumentException("A span is shorter than the layer's sizes need.");
        }

        unchecked
        {
            TileSums sums;
            Unsafe.SkipInit(out sums);
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            int lanes = Vector<float>.Count;
            int panelFloats = PanelWidth * inputs;
            int m = 0;

            // Four vectors at a time: two panels of 16 with 8 lanes, one with 4.
            for (; m + (3 * lanes) < outputs; m += 4 * lanes)
            {
                Four(
                    ref x, ref Unsafe.Add(ref w, Place(m, panelFloats)), ref Unsafe.Add(ref w, Place(m + lanes, panelFloats)),
                    ref Unsafe.Add(ref w, Place(m + (2 * lanes), panelFloats)), ref Unsafe.Add(ref w, Place(m + (3 * lanes), panelFloats)),
                    inputs, ref sums);
                Finish(sums.R0V0, bias, output, m, outputs, activation);
                Finish(sums.R1V0, bias, output, m + lanes, outputs, activation);
                Finish(sums.R2V0, bias, output, m + (2 * lanes), outputs, activation);
                Finish(sums.R3V0, bias, output, m + (3 * lanes), outputs, activation);
            }

            for (; m < outputs; m += lanes)
            {
                Vector<float> sum = One(ref x, ref Unsafe.Add(ref w, Place(m, panelFloats)), inputs);
                Finish(sum, bias, output, m, outputs, activation);
            }
        }
    }

    /// <summary>Four vectors of outputs, even and odd k apart, to hide the latency of the sums.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four(ref float x, ref float w0, ref float w1, ref float w2, ref float w3, int inputs, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> a0 = default, a1 = default, a2 = default, a3 = default;
            Vector<float> b0 = default, b1 = default, b2 = default, b3 = default;
            nint at = 0;
            int k = 0;
            for (; k <= inputs - 2; k += 2)
            {
                Vector<float> even = new(Unsafe.Add(ref x, k));
                Vector<float> odd = new(Unsafe.Add(ref x, k + 1));
                a0 = Simd.MultiplyAdd(even, Simd.Load(ref w0, at), a0);
                a1 = Simd.MultiplyAdd(even, Simd.Load(ref w1, at), a1);
                a2 = Simd.MultiplyAdd(even, Simd.Load(ref w2, at), a2);
                a3 = Simd.MultiplyAdd(even, Simd.Load(ref w3, at), a3);
                b0 = Simd.MultiplyAdd(odd, Simd.Load(ref w0, at + PanelWidth), b0);
                b1 = Simd.MultiplyAdd(odd, Simd.Load(ref w1, at + PanelWidth), b1);
                b2 = Simd.MultiplyAdd(odd, Simd.Load(ref w2, at + PanelWidth), b2);
                b3 = Simd.MultiplyAdd(odd, Simd.Load(ref w3, at + PanelWidth), b3);
                at += 2 * PanelWidth;
            }

            if (k < inputs)
            {
                Vector<float> even = new(Unsafe.Add(ref x, k));
                a0 = Simd.MultiplyAdd(even, Simd.Load(ref w0, at), a0);
                a1 = Simd.MultiplyAdd(even, Simd.Load(ref w1, at), a1);
                a2 = Simd.MultiplyAdd(even, Simd.Load(ref w2, at), a2);
                a3 = Simd.MultiplyAdd(even, Simd.Load(ref w3, at), a3);
            }

            sums.R0V0 = a0 + b0;
            sums.R1V0 = a1 + b1;
            sums.R2V0 = a2 + b2;
            sums.R3V0 = a3 + b3;
        }
    }

    /// <summary>Where the weights of output <paramref name="m"/> begin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Place(int m, int panelFloats) =>
        unchecked((m / PanelWidth * panelFloats) + (m % PanelWidth));

    /// <summary>One vector of outputs: k in four chains, to hide the latency of the sums.</summary>
    [MethodImpl(Simd.Hot)]
    private static Vector<float> One(ref float x, ref float w, int inputs)
    {
        unchecked
        {
            Vector<float> a = default, b = default, c = default, d = default;
            nint at = 0;
            int k = 0;
            for (; k <= inputs - 4; k += 4)
            {
                a = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k)), Simd.Load(ref w, at), a);
                b = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + 1)), Simd.Load(ref w, at + PanelWidth), b);
                c = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + 2)), Simd.Load(ref w, at + (2 * PanelWidth)), c);
                d = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + 3)), Simd.Load(ref w, at + (3 * PanelWidth)), d);
                at += 4 * PanelWidth;
            }

            for (; k < inputs; k++)
            {
                a = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k)), Simd.Load(ref w, at), a);
                at += PanelWidth;
            }

            return (a + c) + (b + d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TActivation>(
        Vector<float> sum, ReadOnlySpan<float> bias, Span<float> output, int m, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int count = outputs - m;
            ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), m);
            if (count >= Vector<float>.Count)
            {
                if (!bias.IsEmpty)
                {
                    sum += Simd.Load(ref MemoryMarshal.GetReference(bias), m);
                }

                Simd.Store(activation.Apply(sum), ref y, 0);
                return;
            }

            if (!bias.IsEmpty)
            {
                sum += Simd.LoadLanes(ref Unsafe.Add(ref MemoryMarshal.GetReference(bias), m), 0, count);
            }

            Simd.StoreLanes(activation.Apply(sum), ref y, 0, count);
        }
    }

    /// <summary>Computes the layer from unpacked rows, one dot product an output.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void RunRows<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (input.Length < inputs || output.Length < outputs || weights.Length < outputs * inputs
            || (bias.Length != 0 && bias.Length < outputs))
        {
            throw new ArgumentException("A span is shorter than the layer's sizes need.");
        }

        ref float x = ref MemoryMarshal.GetReference(input);
        for (int m = 0; m < outputs; m++)
        {
            float sum = Dot(ref x, ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), m * inputs), inputs);
            output[m] = activation.Apply(bias.IsEmpty ? sum : sum + bias[m]);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static float Dot(ref float x, ref float w, int length)
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            Vector<float> a = default, b = default, c = default, d = default;
            int k = 0;
            for (; k <= length - (4 * lanes); k += 4 * lanes)
            {
                a = Simd.MultiplyAdd(Simd.Load(ref x, k), Simd.Load(ref w, k), a);
                b = Simd.MultiplyAdd(Simd.Load(ref x, k + lanes), Simd.Load(ref w, k + lanes), b);
                c = Simd.MultiplyAdd(Simd.Load(ref x, k + (2 * lanes)), Simd.Load(ref w, k + (2 * lanes)), c);
                d = Simd.MultiplyAdd(Simd.Load(ref x, k + (3 * lanes)), Simd.Load(ref w, k + (3 * lanes)), d);
            }

            for (; k <= length - lanes; k += lanes)
            {
                a = Simd.MultiplyAdd(Simd.Load(ref x, k), Simd.Load(ref w, k), a);
            }

            float sum = Simd.Sum((a + c) + (b + d));
            for (; k < length; k++)
            {
                sum += Unsafe.Add(ref x, k) * Unsafe.Add(ref w, k);
            }

            return sum;
        }
    }
}
