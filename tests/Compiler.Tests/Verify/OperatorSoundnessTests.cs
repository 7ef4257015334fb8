using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>What generated code gives for networks with curved functions, products and the like stays within the bounds, which are not empty words.</summary>
public sealed class OperatorSoundnessTests
{
    private const int SampleCount = 150;

    /// <summary>The rows of outputs that are bounded.</summary>
    private static readonly double[][] Factors = [[1, 0], [0, 1], [-1, 0], [0, -1], [1, -1]];

    [Fact]
    public void Generated_code_stays_within_the_rows_of_every_operator()
    {
        using var batch = new ModelBatch();
        (CompiledModel Model, string Name)[] models = [.. OperatorCases.All.SelectMany(o => Enumerable.Range(0, 2).Select(seed => (batch.Add(string.Concat(o.Name.Where(char.IsLetterOrDigit)) + seed, Network(o.Build, o.Outputs, seed).ToSource(), new CompilerOptions { Hashing = Hashing.None }), o.Name)))];
        batch.Build();
        foreach ((CompiledModel model, string name) in models)
        {
            BoundNetwork network = NetworkBuilder.Build(model.Plan);
            foreach (double width in new[] { 0.5, 0.05, 1e-6 }) AssertRowsHold(model, name, network, new Random(7), width);
            foreach (double width in new[] { 0.2, 1e-6 }) AssertCheckerHolds(model, name, network, new Random(7), width);
            if (OperatorCasesOfArrays.All.Any(c => c.Name == name)) Assert.True(Mutants(network).Any(m => !Holds(model, m)), name + ": no change of a matrix is found");
        }
    }

    [Theory]
    [InlineData("Log")]
    [InlineData("Sqrt")]
    [InlineData("Reciprocal")]
    public void Nothing_is_known_where_a_function_has_no_value(string op)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 2).Node(op, "x", "y").Output("y", ElementType.Float32, 1, 2);
        BoundNetwork network = NetworkBuilder.Build(ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Hashing = Hashing.None }).Plan!);
        var bounds = new NetworkBounds(network);
        if (!bounds.Compute([-1, -1], [1, 1], null)) Assert.Fail("the box has points");
        RowSet rows = RowSet.Bound(network, bounds, [new Conjunction([new LinearRow([], [1, 0], 100, false)])], [0]);
        Assert.Equal(0, Assert.Single(rows.Alive));
    }

    /// <summary>A network of three inputs and two outputs around an operator.</summary>
    public static OnnxModelWriter Network(Func<OnnxModelWriter, OnnxModelWriter> build, int outputs, int seed)
    {
        var random = new Random(seed);
        OnnxModelWriter model = new OnnxModelWriter().Opset(26).Input("x", ElementType.Float32, 1, 3)
            .Initializer("w", Values(random, 18), 3, 6).Initializer("b", Values(random, 6), 6).Node("Gemm", "x,w,b", "z")
            .Node("Sigmoid", "z", "q").Initializer("c", [0.2f]).Node("Add", "q,c", "p");
        return build(model).Initializer("l", Values(random, outputs * 2), outputs, 2).Node("Reshape", "v,size", "g").Initializer("size", [1L, outputs], 2).Node("MatMul", "g,l", "y").Output("y", ElementType.Float32, 1, 2);
    }

    private static void AssertRowsHold(CompiledModel model, string name, BoundNetwork network, Random random, double width)
    {
        foreach ((int row, double value, double least) in Rows(model, network, random, width))
        {
            Assert.True(value >= least, $"{name}: row {row} is {value} at a point, its bound is {least}");
            Assert.True(least > -500, $"{name}: the bound {least} of row {row} says nothing");
        }
    }

    /// <summary>The checker's bounds, which share nothing with the search's.</summary>
    private static void AssertCheckerHolds(CompiledModel model, string name, BoundNetwork network, Random random, double width)
    {
        double[] Least(double[] lower, double[] upper)
        {
            var bounds = new LeafBounds(network);
            bounds.Proves(lower, upper, [], out _);
            var functionals = new LeafFunctionals(network, Factors.Length);
            for (int row = 0; row < Factors.Length; row++)
                for (int j = 0; j < 2; j++) functionals.Add(row, network.Output, j, Factors[row][j]);
            return functionals.Least(bounds);
        }

        foreach ((int row, double value, double least) in Samples(model, network, random, width, Least))
        {
            Assert.True(value >= least, $"{name}: the checker bounds row {row}, which is {value} at a point, by {least}");
            Assert.True(least > -500, $"{name}: the checker's bound {least} of row {row} says nothing");
        }
    }

    /// <summary>The network with one matrix doubled: bugs of a rule.</summary>
    private static IEnumerable<BoundNetwork> Mutants(BoundNetwork network)
    {
        for (int n = 2; n < network.Nodes.Length; n++)
        {
            if (network.Nodes[n] is not AffineNode affine || affine.Maps.All(static m => m.Count == 0)) continue;
            LinearMap[] maps = [.. affine.Maps];
            int changed = Array.FindIndex(maps, static m => m.Count > 0);
            maps[changed] = LinearMapBuilder.Sum(maps[changed], maps[changed]);
            yield return network with { Nodes = network.Nodes.SetItem(n, affine with { Maps = [.. maps] }) };
        }
    }

    private static bool Holds(CompiledModel model, BoundNetwork network) => Rows(model, network, new Random(7), 1e-6).All(static r => r.Value >= r.Least);

    /// <summary>The values of some rows at points of a box, and their bounds; a box without points by its bounds contradicts every one.</summary>
    private static List<(int Row, double Value, double Least)> Rows(CompiledModel model, BoundNetwork network, Random random, double width) => Samples(model, network, random, width, (lower, upper) =>
    {
        var bounds = new NetworkBounds(network);
        if (!bounds.Compute(lower, upper, null)) return [.. Factors.Select(static _ => double.PositiveInfinity)];
        RowSet rows = RowSet.Bound(network, bounds, [.. Factors.Select(static d => new Conjunction([new LinearRow([], [.. d], 0, false)]))], [.. Enumerable.Range(0, Factors.Length)]);
        return [.. Enumerable.Range(0, Factors.Length).Select(rows.Least)];
    });

    private static List<(int Row, double Value, double Least)> Samples(CompiledModel model, BoundNetwork network, Random random, double width, Func<double[], double[], double[]> bound)
    {
        double[] lower = [.. Enumerable.Range(0, network.Inputs).Select(_ => (double)(float)(random.NextDouble() - 0.5))];
        double[] upper = [.. lower.Select(l => (double)(float)(l + width))];
        double[] least = bound(lower, upper);
        int[] shape = model.Inputs[0].Shape!.ToArray();
        var found = new List<(int Row, double Value, double Least)>();
        for (int s = 0; s < SampleCount; s++)
        {
            bool isCorner = s % 3 == 0;
            float[] x = [.. lower.Select((l, i) => Math.Clamp((float)(l + ((upper[i] - l) * (isCorner ? random.Next(2) : random.NextDouble()))), (float)lower[i], (float)upper[i]))];
            double[] y = model.Run(new ReferenceTensor(ElementType.Float32, shape, [.. x.Select(static v => (double)v)]))[0].Reals!;
            for (int c = 0; c < Factors.Length; c++) found.Add((c, new LinearRow([], [.. Factors[c]], 0, false).Value([], y), least[c]));
        }

        return found;
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
