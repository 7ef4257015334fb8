using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Linear;

namespace RedGen.Compiler.Tests.Red.Splitting;

/// <summary>Random layers with random hashed weights. The model's floats are those of the matrix, so that its meaning is the reference.</summary>
internal sealed record RandomHashed(RandomModel Model, HashedMatrix Matrix, bool HasBias)
{
    /// <summary>A convolution: ranks 1 to 3, groups, depthwise, strides, dilations, padding, bias, residual, activation.</summary>
    public static RandomHashed Conv(int seed)
    {
        var m = new RandomModel(seed, ElementType.Float32);
        m.Opset(20);
        int rank = m.Any(1, 2, 2, 2, 3);
        int groups = m.Any(1, 1, 2, 3, 6);
        int groupInputs = groups == 6 ? 1 : m.Next(1, 5);
        int groupOutputs = groups == 6 ? m.Next(1, 2) : m.Next(1, 9);
        int[] kernel = m.Lengths(rank, 1, 4);
        int[] strides = m.Lengths(rank, 1, 3), dilations = m.Lengths(rank, 1, 2), pads = m.Lengths(2 * rank, 0, m.Any(0, 1, 5));
        int[] lengths = m.Lengths(rank, 7, rank == 3 ? 8 : 14);
        int[] x = [m.Any(1, 1, 2), groups * groupInputs, .. lengths];
        m.Input("x", x);
        HashedMatrix matrix = NewMatrix(m, groups * groupOutputs, groupInputs * kernel.Aggregate(1, (a, b) => a * b));
        m.Writer.Initializer("w", matrix.ToRows(), [groups * groupOutputs, groupInputs, .. kernel]);
        int[] y = [x[0], groups * groupOutputs, .. lengths.Select((l, i) => ((l + pads[i] + pads[rank + i] - ((kernel[i] - 1) * dilations[i]) - 1) / strides[i]) + 1)];
        bool bias = m.Chance(0.6);
        string inputs = "x, w" + (bias ? ", " + m.Constant("b", y[1]) : "");
        m.Node("Conv", inputs, "h", n => n.Int("group", groups).Ints("strides", Longs(strides)).Ints("dilations", Longs(dilations)).Ints("pads", Longs(pads)));
        return End(m, matrix, bias, y);
    }

    /// <summary>A product, as Gemm or MatMul, of one row or several.</summary>
    public static RandomHashed Dense(int seed)
    {
        var m = new RandomModel(seed, ElementType.Float32);
        m.Opset(20);
        (int rows, int inputs, int outputs) = (m.Any(1, 1, 3), m.Next(1, 60), m.Next(1, 40));
        m.Input("x", rows, inputs);
        HashedMatrix matrix = NewMatrix(m, outputs, inputs);
        bool transposed = m.Chance(0.5);
        bool gemm = transposed || m.Chance(0.5);
        float[] w = matrix.ToRows();
        if (!transposed) w = [.. Enumerable.Range(0, w.Length).Select(e => w[(e % outputs * inputs) + (e / outputs)])];
        m.Writer.Initializer("w", w, transposed ? [outputs, inputs] : [inputs, outputs]);
        bool bias = gemm && m.Chance(0.6);
        if (gemm) m.Node("Gemm", "x, w" + (bias ? ", " + m.Constant("b", outputs) : ""), "h", n => n.Int("transB", transposed ? 1 : 0));
        else m.Node("MatMul", "x, w", "h");
        return End(m, matrix, bias, [rows, outputs]);
    }

    /// <summary>The model with the plan that hashes it.</summary>
    public ModelSource Source(CompilerOptions options)
    {
        ModelSource source = Model.Writer.ToSource();
        var plan = new HashingPlan([new HashedLayer("w", Matrix, [], 1)], 0.1, double.NaN, 0, "");
        return source with { PlanText = PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(options, source.SamplesSha256)) };
    }

    /// <summary>A matrix of few or many values, symmetric or not, with or without 0, 1 and scales, some rows empty, some columns alike.</summary>
    internal static HashedMatrix NewMatrix(RandomModel m, int outputs, int columns)
    {
        int count = m.Any(1, 2, 3, 5, 15, 40);
        var codebook = new SortedSet<float>();
        int kind = m.Next(0, 3);
        while (codebook.Count < count)
        {
            float value = kind == 0 ? m.Next(-count, count) : (float)Math.Round((m.Random.NextDouble() * 2) - 1, 3);
            codebook.Add(value);
            if (kind == 1 && codebook.Count < count) codebook.Add(-value);
        }

        if (kind == 2 && codebook.Count < HashedMatrix.MaxValues) codebook.Add(0);
        float[] values = [.. codebook];
        var indices = new byte[outputs * columns];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = m.Chance(0.2) && i >= columns ? indices[i - columns] : (byte)m.Next(0, values.Length - 1);
        int zero = Array.IndexOf(values, 0f);
        if (zero >= 0 && m.Chance(0.3)) Array.Fill(indices, (byte)zero, m.Next(0, outputs - 1) * columns, columns);
        float[] scales = m.Chance(0.5) ? [.. Enumerable.Range(0, outputs).Select(_ => (float)(m.Random.NextDouble() + 0.1) * m.Any(1, 1, -1))] : [];
        return new HashedMatrix(outputs, columns, [.. values], [.. scales], indices, m.Chance(0.2) ? NewDigits(m, indices.Length) : null);
    }

    private static FineCodes NewDigits(RandomModel m, int count)
    {
        int radix = m.Any(2, 3, 5, 11);
        return new FineCodes([.. Enumerable.Range(-(radix / 2), radix).Select(k => k / 64f)], [.. Enumerable.Range(0, count).Select(_ => (byte)m.Next(0, radix - 1))]);
    }

    private static RandomHashed End(RandomModel m, HashedMatrix matrix, bool bias, int[] y)
    {
        bool residual = m.Chance(0.3);
        string value = "h";
        if (residual) m.Node("Add", "h, " + m.Input("r", y), value = "s");
        m.Node(m.Any("Relu", "Identity", "HardSwish", "LeakyRelu"), value, "y").Output("y");
        return new RandomHashed(m, matrix, bias);
    }

    private static long[] Longs(int[] values) => [.. values.Select(v => (long)v)];
}
