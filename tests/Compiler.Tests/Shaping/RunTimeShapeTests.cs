using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Shaping;

/// <summary>Shapes, axes and the like that are computed at run time, under shapes that the file declares.</summary>
public sealed class RunTimeShapeTests
{
    private const int CasesPerOperator = 24;

    /// <summary>How often the values of a case are changed at random.</summary>
    private const int ChangesPerCase = 12;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Int64, ElementType.UInt8, ElementType.Bool, ElementType.Float16, ElementType.Float64];

    public static TheoryData<string> Operators => [.. RunTimeCases.All.Keys];

    /// <summary>Whatever the values are: either code and reference give the same elements, or both refuse.</summary>
    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree_on_all_values(string op) => AssertAgreement(op, isDeclared: true);

    /// <summary>The same where the file says nothing of the shapes, so that the values decide them.</summary>
    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree_on_all_shapes(string op) => AssertAgreement(op, isDeclared: false);

    private static void AssertAgreement(string op, bool isDeclared)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, RunTimeCase Case, string Label)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!RunTimeCases.Allows(op, type)) continue;
            var writer = new OnnxModelWriter();
            RunTimeCases.All[op](writer, new Random(seed), type);
            RunTimeCase open = RunTimeCases.Open(writer, isDeclared);
            string label = $"{op}, seed {seed}, {type}{(isDeclared ? "" : ", not declared")}";
            cases.Add((batch.Add(label, open.Source, TestOptions.Exact with { Optimise = seed % 2 == 0 }), open, label));
        }

        batch.Build();
        int refused = 0;
        int other = 0;
        double tolerance = RunTimeCases.Tolerance(op);
        for (int c = 0; c < cases.Count; c++)
        {
            (CompiledModel model, RunTimeCase open, string label) = cases[c];
            var random = new Random(c);
            for (int change = 0; change <= ChangesPerCase; change++)
            {
                ReferenceTensor[] inputs = [.. model.Plan.Graph.Inputs.Select(v => Fill(v, open, random, change > 0))];
                string text = label + ": " + string.Join("; ", inputs.Select(i => i.Count > 32 ? "…" : string.Join(" ", i.ToIntegers()))) + "\n" + model.Code;
                IReadOnlyList<ReferenceTensor>? expected = Try(() => model.RunReference(inputs));
                IReadOnlyList<ReferenceTensor>? actual = Try(() => model.Run(inputs));
                Assert.True(expected is null == actual is null, text);
                Assert.True(change > 0 || expected is not null, text);
                if (expected is null) refused++;
                else if (model.Plan.Graph.Inputs.Where((v, i) => open.Parameters.TryGetValue(v.Name, out Tensor? right) && !right.Data.Span.SequenceEqual(inputs[i].ToTensor().Data.Span)).Any()) other++;
                for (int i = 0; expected is not null && i < expected.Count; i++)
                    if (TensorAssert.Difference(expected[i], actual![i], tolerance, tolerance) is { } difference) Assert.Fail(difference + "\n" + text);
            }
        }

        Assert.True(refused > 0 || !isDeclared, "no value was wrong");
        Assert.True(other > 0 || RunTimeCases.ShapeTellsAll(op), "the values made no difference");
    }

    [Fact]
    public void The_message_names_node_and_shapes()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2)
            .Node("Reshape", "x,s", "y", n => n.Name("to \"rows\"")).Output("y", ElementType.Float32, 3, 2));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3);
        Assert.Equal(x.Reals, model.Run(x, Values(3, -1))[0].Reals);
        ArgumentException problem = Assert.Throws<ArgumentException>(() => model.Run(x, Values(6, -1)));
        Assert.Contains("node 'to \"rows\"' (Reshape)", problem.Message, StringComparison.Ordinal);
        Assert.Contains("[6, 1]", problem.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_allocate_nothing()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2)
            .Node("Reshape", "x,s", "z").Node("Relu", "z", "y").ValueInfo("z", OnnxType.Tensor(ElementType.Float32, 3, 2)).Output("y");
        using var model = CompiledModel.Compile(writer);
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 1, 2, 3), Values(3, 2)));
    }

    /// <summary>All that run-time parameters need of the runtime travels as source too.</summary>
    [Fact]
    public void The_checks_compile_as_source()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Opset(18).Input("x", ElementType.Float32, 4, 3).Input("a", ElementType.Int64, 1).Input("b", ElementType.Int64, 1).Input("p", ElementType.Int64, 4)
            .Node("Slice", "x,a,b", "s").ValueInfo("s", OnnxType.Tensor(ElementType.Float32, 2, 3)).Node("Pad", "s,p", "t").ValueInfo("t", OnnxType.Tensor(ElementType.Float32, 3, 3))
            .Node("ReduceSum", "t,a", "y").Output("y", ElementType.Float32, 3, 1);
        using var model = CompiledModel.Compile(writer, TestOptions.Exact with { Runtime = RuntimeMode.Source });
        ReferenceTensor[] inputs = [new(ElementType.Float32, [4, 3], [.. Enumerable.Range(0, 12).Select(i => (double)i)]), Values(1), Values(3), Values(1, 0, 0, 0)];
        Assert.Equal([0.0, 12, 21], model.Run(inputs)[0].Reals!);
        Assert.Equal(0, model.AllocatedBytes(inputs));
    }

    /// <summary>A node that gives back its input still has to check the values.</summary>
    [Fact]
    public void No_pass_drops_a_check()
    {
        using var model = CompiledModel.Compile(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2)
            .Node("Expand", "x,s", "z").Node("Reshape", "z,s", "w").Node("Relu", "w", "y")
            .ValueInfo("z", OnnxType.Tensor(ElementType.Float32, 2, 3)).ValueInfo("w", OnnxType.Tensor(ElementType.Float32, 2, 3)).Output("y"));
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3);
        Assert.Single(model.Run(x, Values(2, 3)));
        Assert.Throws<ArgumentException>(() => model.Run(x, Values(3, 2)));
        Assert.Throws<ArgumentException>(() => model.Run(x, Values(1, 3)));
    }

    /// <summary>Functions that are written out declare the last value only.</summary>
    [Fact]
    public void A_shape_is_declared_through_elementwise_operators()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 1).Input("k", ElementType.Float32)
            .Node("Reshape", "x,s", "a").Node("Mul", "k,a", "b").Node("Cast", "b", "c", n => n.Int("to", (long)ElementType.Float64)).Node("Add", "c,c", "d").Output("d", ElementType.Float64, 6);
        Assert.True(ModelCompiler.Compile(writer.ToSource(), TestOptions.Exact).Success);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("open")]
    [InlineData("impossible")]
    [InlineData("other type")]
    public void Without_a_declared_shape_run_time_decides(string declared)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2).Node("Reshape", "x,s", "y");
        if (declared == "none") writer.Output("y");
        else writer.Output("y", declared == "other type" ? ElementType.Int32 : ElementType.Float32, declared == "open" ? "n" : 3, declared == "impossible" ? 3 : 2);
        using var model = CompiledModel.Compile(writer);
        Assert.True(model.Outputs[0].IsOpen);
        ReferenceTensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3);
        Assert.Equal([3, 2], model.Run(x, Values(3, 2))[0].Lengths);
        Assert.Equal([1, 6], model.Run(x, Values(1, -1))[0].Lengths);
        Assert.Throws<ArgumentException>(() => model.Run(x, Values(4, 2)));
    }

    private static ReferenceTensor Values(params long[] values) => new(ElementType.Int64, [values.Length], values);

    private static IReadOnlyList<ReferenceTensor>? Try(Func<IReadOnlyList<ReferenceTensor>> run)
    {
        try
        {
            return run();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The right values, some of them changed; random elements for data.</summary>
    private static ReferenceTensor Fill(Value input, RunTimeCase open, Random random, bool isChanged)
    {
        var type = (TensorType)input.Type!;
        if (!open.Parameters.TryGetValue(input.Name, out Tensor? right)) return RandomTensor.Of(type.ElementType, random.Next(), type.Shape!.ToArray());
        ReferenceTensor values = ReferenceTensor.FromTensor(right);
        if (!isChanged || right.Length == 0 || random.Next(2) == 0) return values;
        int at = random.Next(values.Count);
        int second = random.Next(values.Count);
        if (random.Next(3) == 0 && values.Integers is { } all) (all[at], all[second]) = (all[second], all[at]);
        else if (values.IsReal) values.Reals![at] += random.Next(-2, 3) * 0.5;
        else values.Integers![at] = random.Next(12) switch { 0 => long.MaxValue, 1 => long.MinValue, 2 => -values.Integers[at], 3 => 0, _ => values.Integers[at] + random.Next(-3, 4) };
        return values.Rounded();
    }
}
