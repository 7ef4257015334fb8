using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>What generated code gives for networks with curved functions, products and the like stays within the bounds, which are not empty words.</summary>
public sealed class OperatorSoundnessTests
{
    private const int Samples = 150;

    /// <summary>By operator the nodes from z, [1, 6], to v; p is z made positive.</summary>
    private static readonly (string Name, Func<OnnxModelWriter, OnnxModelWriter> Build, int Outputs)[] Operators =
    [
        ("Exp", static m => m.Node("Exp", "z", "v"), 6),
        ("Log", static m => m.Node("Log", "p", "v"), 6),
        ("Sqrt", static m => m.Node("Sqrt", "p", "v"), 6),
        ("Reciprocal", static m => m.Node("Reciprocal", "p", "v"), 6),
        ("Abs", static m => m.Node("Abs", "z", "v"), 6),
        ("Softplus", static m => m.Node("Softplus", "z", "v"), 6),
        ("Sign", static m => m.Node("Sign", "z", "v"), 6),
        ("HardSigmoid", static m => m.Node("HardSigmoid", "z", "v"), 6),
        ("Pow 2", static m => m.Initializer("e", [2f]).Node("Pow", "z,e", "v"), 6),
        ("Pow 3", static m => m.Initializer("e", [3f]).Node("Pow", "z,e", "v"), 6),
        ("Pow 1.5", static m => m.Initializer("e", [1.5f]).Node("Pow", "p,e", "v"), 6),
        ("Pow -0.5", static m => m.Initializer("e", [-0.5f]).Node("Pow", "p,e", "v"), 6),
        ("Mul", static m => m.Node("Mul", "z,p", "v"), 6),
        ("Mul same", static m => m.Node("Mul", "z,z", "v"), 6),
        ("Div", static m => m.Node("Div", "z,p", "v"), 6),
        ("Div of a constant", static m => m.Initializer("e", [2f]).Node("Div", "e,p", "v"), 6),
        ("Swish", static m => m.Node("Sigmoid", "z", "s").Node("Mul", "z,s", "v"), 6),
        ("Max", static m => m.Node("Max", "z,p", "v"), 6),
        ("Min", static m => m.Initializer("e", [0.3f]).Node("Min", "z,p,e", "v"), 6),
        ("Softmax", static m => m.Node("Softmax", "z", "v"), 6),
        ("Softmax of rows", static m => m.Initializer("r", [2L, 3], 2).Node("Reshape", "z,r", "t").Node("Softmax", "t", "u", static n => n.Int("axis", 0)).Node("Flatten", "u", "v", static n => n.Int("axis", 0)), 6),
        ("ConvTranspose", static m => m.Initializer("r", [1L, 2, 3], 3).Node("Reshape", "z,r", "t").Initializer("k", [0.5f, -1, 2, 0.25f, 1, -0.5f, 0.75f, -0.3f], 2, 2, 2).Initializer("kb", [0.1f, -0.2f], 2)
            .Node("ConvTranspose", "t,k,kb", "u", static n => n.Ints("strides", 2)).Node("Flatten", "u", "v"), 12),
    ];

    [Fact]
    public void Generated_code_stays_within_the_rows_of_every_operator()
    {
        using var batch = new ModelBatch();
        (CompiledModel Model, string Name)[] models = [.. Operators.SelectMany(o => Enumerable.Range(0, 2).Select(seed => (batch.Add(o.Name.Replace(' ', '_').Replace('.', '_').Replace('-', 'm') + seed, Network(o.Build, o.Outputs, seed).ToSource(), new CompilerOptions { Hashing = Hashing.None }), o.Name)))];
        batch.Build();
        foreach ((CompiledModel model, string name) in models)
        {
            BoundNetwork network = NetworkBuilder.Build(model.Plan);
            foreach (double width in new[] { 0.5, 0.05, 1e-6 }) AssertRowsHold(model, name, network, new Random(7), width);
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

    private static OnnxModelWriter Network(Func<OnnxModelWriter, OnnxModelWriter> build, int outputs, int seed)
    {
        var random = new Random(seed);
        OnnxModelWriter model = new OnnxModelWriter().Opset(17).Input("x", ElementType.Float32, 1, 3)
            .Initializer("w", Values(random, 18), 3, 6).Initializer("b", Values(random, 6), 6).Node("Gemm", "x,w,b", "z")
            .Node("Sigmoid", "z", "q").Initializer("c", [0.2f]).Node("Add", "q,c", "p");
        return build(model).Initializer("l", Values(random, outputs * 2), outputs, 2).Node("Flatten", "v", "f", n => n.Int("axis", outputs == 12 ? 1 : 0))
            .Node("Reshape", "f,size", "g").Initializer("size", [1L, outputs], 2).Node("MatMul", "g,l", "y").Output("y", ElementType.Float32, 1, 2);
    }

    private static void AssertRowsHold(CompiledModel model, string name, BoundNetwork network, Random random, double width)
    {
        double[] lower = [.. Enumerable.Range(0, network.Inputs).Select(_ => (double)(float)(random.NextDouble() - 0.5))];
        double[] upper = [.. lower.Select(l => (double)(float)(l + width))];
        var bounds = new NetworkBounds(network);
        Assert.True(bounds.Compute(lower, upper, null));
        ImmutableArray<Conjunction> conjunctions = [.. new double[][] { [1, 0], [0, 1], [-1, 0], [0, -1], [1, -1] }.Select(static d => new Conjunction([new LinearRow([], [.. d], 0, false)]))];
        RowSet rows = RowSet.Bound(network, bounds, conjunctions, [.. Enumerable.Range(0, conjunctions.Length)]);
        int[] shape = model.Inputs[0].Shape!.ToArray();
        for (int s = 0; s < Samples; s++)
        {
            bool isCorner = s % 3 == 0;
            float[] x = [.. lower.Select((l, i) => Math.Clamp((float)(l + ((upper[i] - l) * (isCorner ? random.Next(2) : random.NextDouble()))), (float)lower[i], (float)upper[i]))];
            double[] y = model.Run(new ReferenceTensor(ElementType.Float32, shape, [.. x.Select(static v => (double)v)]))[0].Reals!;
            for (int c = 0; c < conjunctions.Length; c++)
            {
                double value = conjunctions[c].Rows[0].Value([], y);
                Assert.True(value >= rows.Least(c), $"{name}: row {c} is {value} at a point, its bound is {rows.Least(c)}");
                Assert.True(rows.Least(c) > -500, $"{name}: the bound {rows.Least(c)} of row {c} says nothing");
            }
        }
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
