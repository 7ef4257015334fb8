using System;

namespace RedGen.Runtime.Tests;

/// <summary>A dense layer with hashed weights, random in everything, and what it should give.</summary>
internal sealed class HashedCase
{
    internal const int Panel = 16;

    internal HashedCase(Data data, int values, int first, int inputs, int outputs)
    {
        (First, Inputs, Outputs) = (first, inputs, outputs);
        Values = data.Floats(values);
        X = data.Floats(inputs);
        Scales = data.Next(0, 1) == 0 ? [] : data.Floats(outputs);
        Bias = data.Next(0, 1) == 0 ? [] : data.Floats(outputs);
        Rows = new byte[outputs * inputs];
        for (int i = 0; i < Rows.Length; i++) Rows[i] = (byte)(first + data.Next(0, values - 1));
        Panels = Packed(Rows, inputs, outputs, (byte)first);
    }

    internal int First { get; }

    internal int Inputs { get; }

    internal int Outputs { get; }

    internal float[] Values { get; }

    internal float[] X { get; }

    internal float[] Scales { get; }

    internal float[] Bias { get; }

    /// <summary>Codes, outputs × inputs.</summary>
    internal byte[] Rows { get; }

    /// <summary>Codes as the kernel reads them.</summary>
    internal byte[] Panels { get; }

    internal string Text => $"{Inputs} to {Outputs}, {Values.Length} values from {First}, {Scales.Length} scales, {Bias.Length} biases";

    /// <summary>A random layer: sizes with and without whole panels.</summary>
    internal static HashedCase Random(Data data, int values) => new(data, values, data.Next(0, 128 - values), data.Next(1, 90), data.Next(1, 150));

    /// <summary>[panel of 16 outputs][input][output of the panel].</summary>
    internal static byte[] Packed(byte[] rows, int inputs, int outputs, byte fill)
    {
        byte[] packed = new byte[(outputs + Panel - 1) / Panel * Panel * inputs];
        Array.Fill(packed, fill);
        for (int m = 0; m < outputs; m++)
        {
            for (int k = 0; k < inputs; k++) packed[(m / Panel * Panel * inputs) + (k * Panel) + (m % Panel)] = rows[(m * inputs) + k];
        }

        return packed;
    }

    /// <summary>The sums Σ weight(code) × x, without scale and bias.</summary>
    internal double[] Sums(Func<int, double> weight)
    {
        double[] sums = new double[Outputs];
        for (int m = 0; m < Outputs; m++)
        {
            for (int k = 0; k < Inputs; k++) sums[m] += weight(Rows[(m * Inputs) + k]) * X[k];
        }

        return sums;
    }

    /// <summary>The layer's outputs with Relu.</summary>
    internal double[] Outcome(Func<int, double> weight)
    {
        double[] y = Sums(weight);
        for (int m = 0; m < Outputs; m++)
            y[m] = Math.Max(0, ((Scales.Length == 0 ? 1 : Scales[m]) * y[m]) + (Bias.Length == 0 ? 0 : Bias[m]));
        return y;
    }
}
