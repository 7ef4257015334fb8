using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Models whose weights a plan file of the test's hashes, and what their generated code should give.</summary>
internal static class HashedModel
{
    /// <summary>Options under which the plan is read and nothing is merged, so that a test finds the layer that it wrote.</summary>
    public static CompilerOptions Options { get; } = new() { Hashing = Hashing.Adaptive, Merging = Merging.None };

    /// <summary>The model with a plan that hashes one constant.</summary>
    public static ModelSource Source(OnnxModelWriter writer, string weights, HashedMatrix matrix)
    {
        ModelSource source = writer.ToSource();
        var plan = new HashingPlan([new HashedLayer(weights, matrix, [], 1)], 0.1, 0, 0, "");
        return source with { PlanText = PlanFile.Write(plan, source.Sha256, PlanFile.Fingerprint(Options, "")) };
    }

    /// <summary>A random matrix; every value occurs where there are weights enough.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="values">The size of the codebook.</param>
    /// <param name="levels">Whether the codebook is multiples of a step, zero among them.</param>
    /// <param name="scaled">Whether every output has a scale.</param>
    public static HashedMatrix Matrix(int seed, int outputs, int columns, int values, bool levels, bool scaled)
    {
        var random = new Random(seed);
        float step = levels && seed % 3 == 0 ? 1 : 0.0625f * (1 + (seed % 5));
        IEnumerable<float> codebook = levels
            ? Enumerable.Range(-(values / 2), values).Select(k => k * step)
            : Enumerable.Range(0, values).Select(k => (float)((k - (values / 2.0) + (0.9 * random.NextDouble())) / values)).Order();
        var indices = new byte[outputs * columns];
        for (int i = 0; i < indices.Length; i++) indices[i] = (byte)(i < values ? i : random.Next(values));
        float[] scales = scaled ? [.. Enumerable.Range(0, outputs).Select(_ => (float)(0.02 + (random.NextDouble() / 8)))] : [];
        return new HashedMatrix(outputs, columns, [.. codebook], [.. scales], indices);
    }

    /// <summary>Generated code gives what the reference interpreter gives on the graph that the plan computes.</summary>
    public static void AssertAgrees(CompiledModel model, double tolerance, string label, params ReferenceTensor[] inputs)
        => AssertAgrees(model, tolerance, tolerance, label, inputs);

    /// <summary>The same with a tolerance of its own for what is near zero.</summary>
    public static void AssertAgrees(CompiledModel model, double relative, double absolute, string label, params ReferenceTensor[] inputs)
    {
        Dictionary<string, ReferenceTensor> values = model.Plan.Graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal);
        IReadOnlyList<ReferenceTensor> expected = ReferenceInterpreter.Run(model.Plan.Graph, values);
        ReferenceTensor[] actual = model.Run(inputs);
        for (int i = 0; i < expected.Count; i++)
            if (TensorAssert.Difference(expected[i], actual[i], relative, absolute) is { } difference) Assert.Fail($"{label}, output {i}: {difference}\n{model.Code}");
    }

    /// <summary>One random tensor for every input of a model.</summary>
    public static ReferenceTensor[] Inputs(CompiledModel model, int seed)
        => [.. model.Inputs.Select((t, i) => RandomTensor.Of(t.ElementType, seed + i, [.. t.Shape!.ToArray()]))];
}
