using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Passes;

/// <summary>Runs passes and compares what graphs compute before and after.</summary>
internal static class Rewriting
{
    /// <summary>The graph with types inferred and constants folded, or null where it is not valid.</summary>
    public static Graph? TryInfer(Graph graph)
    {
        var diagnostics = new DiagnosticBag();
        Graph inferred = new InferAndFold().Run(graph, new PassContext(TestOptions.Exact, diagnostics, default));
        return diagnostics.HasErrors ? null : inferred;
    }

    public static Graph Infer(Graph graph) => TryInfer(graph) ?? throw new InvalidOperationException("The graph is not valid:\n" + GraphPrinter.Print(graph));

    public static Graph Apply(GraphPass pass, Graph graph)
    {
        var diagnostics = new DiagnosticBag();
        Graph result = pass.Run(graph, new PassContext(TestOptions.Exact, diagnostics, default));
        Assert.Empty(diagnostics.ToImmutable());
        return result;
    }

    /// <summary>Runs passes over a model that a test writes and checks what every pass must keep.</summary>
    /// <returns>The text of the graph without what is dead.</returns>
    public static Graph Run(OnnxModelWriter writer, params GraphPass[] passes)
    {
        Graph before = Infer(writer.ToModel().Graph);
        Graph after = before;
        foreach (GraphPass pass in passes) after = Apply(pass, after);
        AssertKept(before, after);
        AssertSame(before, after, seed: 1, tolerance: 1e-5);
        return Apply(new EliminateDeadCode(), after);
    }

    /// <summary>The operators of a graph in order, for short assertions.</summary>
    public static string Operators(this Graph graph) => string.Join(" ", graph.Nodes.Select(n => n.Operator.Name));

    /// <summary>Inputs and outputs are the user's; the types that a pass states are those that inference finds; the graph is valid.</summary>
    public static void AssertKept(Graph before, Graph after)
    {
        Assert.Empty(GraphValidator.Validate(after));
        Assert.Equal(before.Inputs.AsEnumerable(), after.Inputs.AsEnumerable());
        Assert.Equal(before.Outputs.AsEnumerable(), after.Outputs.AsEnumerable());
        Graph fresh = TryInfer(after) ?? throw new InvalidOperationException("The pass made an invalid graph:\n" + GraphPrinter.Print(after));
        foreach (Node node in after.Nodes)
            foreach (string output in node.Outputs)
                if (output.Length > 0) Assert.True(fresh.TypeOf(output) == after.TypeOf(output), $"'{output}' is {fresh.TypeOf(output)}, the pass says {after.TypeOf(output)}:\n" + GraphPrinter.Print(after));
    }

    /// <summary>Both graphs give the same outputs for the same random inputs.</summary>
    /// <param name="before">The graph as it was.</param>
    /// <param name="after">The graph as it is.</param>
    /// <param name="seed">Chooses the inputs.</param>
    /// <param name="tolerance">The error allowed, relative to the largest number that occurs on the way; 0 means the same bits.</param>
    public static void AssertSame(Graph before, Graph after, int seed, double tolerance)
    {
        Dictionary<string, ReferenceTensor> inputs = Inputs(before, seed);
        IReadOnlyDictionary<string, ReferenceTensor> values = ReferenceInterpreter.RunAll(before, inputs);
        double largest = values.Values.Where(v => v.IsReal).SelectMany(v => v.Reals!).Select(Math.Abs).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        IReadOnlyList<ReferenceTensor> actual = ReferenceInterpreter.Run(after, inputs);
        for (int o = 0; o < before.Outputs.Length; o++)
        {
            ReferenceTensor x = values[before.Outputs[o].Name];
            ReferenceTensor y = actual[o];
            Assert.Equal(x.Lengths, y.Lengths);
            for (int i = 0; i < x.Count; i++)
            {
                bool same = x.Reals is null ? x.Integers![i] == y.Integers![i] : IsClose(x.Reals[i], y.Reals![i], tolerance * Math.Max(1, largest));
                Assert.True(same, $"output '{before.Outputs[o].Name}'[{i}] was {x.Real(i):R} and is {y.Real(i):R} (largest {largest:R})\nbefore:\n{GraphPrinter.Print(before)}\nafter:\n{GraphPrinter.Print(after)}");
            }
        }
    }

    /// <summary>Random inputs of a graph.</summary>
    private static Dictionary<string, ReferenceTensor> Inputs(Graph graph, int seed) => graph.Inputs
        .Select((input, i) => (input.Name, Type: (TensorType)input.Type!, Seed: seed + i))
        .ToDictionary(i => i.Name, i => RandomTensor.Of(i.Type.ElementType, i.Seed, i.Type.Shape!.ToArray()), StringComparer.Ordinal);

    private static bool IsClose(double x, double y, double tolerance)
        => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y) || (double.IsNaN(x) && double.IsNaN(y)) || (tolerance > 0 && (x == y || Math.Abs(x - y) <= tolerance));
}
