using System;
using System.Collections.Generic;
using System.Collections.Immutable;
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
    public void Code_and_reference_agree_on_all_values(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(int Model, RunTimeCase Case, string Label)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!RunTimeCases.Allows(op, type)) continue;
            var writer = new OnnxModelWriter();
            RunTimeCases.All[op](writer, new Random(seed), type);
            RunTimeCase open = RunTimeCases.Open(writer);
            cases.Add((batch.Add(open.Source, new CompilerOptions { Optimise = seed % 2 == 0 }), open, $"{op}, seed {seed}, {type}"));
        }

        batch.Build();
        int refused = 0;
        foreach ((int model, RunTimeCase open, string label) in cases)
        {
            var random = new Random(model);
            for (int change = 0; change <= ChangesPerCase; change++)
            {
                Tensor[] inputs = [.. batch.InputsOf(model).Select(v => Fill(v, open, random, change > 0))];
                string text = label + ": " + string.Join("; ", inputs.Select(i => i.Length > 32 ? "…" : string.Join(" ", ReferenceTensor.FromTensor(i).ToIntegers()))) + "\n" + batch.SourceOf(model);
                IReadOnlyList<Tensor>? expected = Try(() => batch.RunReference(model, inputs));
                IReadOnlyList<Tensor>? actual = Try(() => batch.Run(model, inputs));
                Assert.True(expected is null == actual is null, text);
                Assert.True(change > 0 || expected is not null, text);
                if (expected is null) refused++;
                for (int i = 0; expected is not null && i < expected.Count; i++)
                    TensorAssert.Close(ReferenceTensor.FromTensor(expected[i]), ReferenceTensor.FromTensor(actual![i]), RunTimeCases.Tolerance(op), text);
            }
        }

        Assert.True(refused > 0, "no value was wrong");
    }

    [Fact]
    public void The_message_names_node_and_shapes()
    {
        using var batch = new ModelBatch();
        int model = batch.Add(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2)
            .Node("Reshape", "x,s", "y", n => n.Name("to \"rows\"")).Output("y", ElementType.Float32, 3, 2).ToSource());
        batch.Build();
        Tensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3).ToTensor();
        Assert.Equal(x.Data.ToArray(), batch.Run(model, [x, Tensor.Of([3L, -1], 2)])[0].Data.ToArray());
        ArgumentException problem = Assert.Throws<ArgumentException>(() => batch.Run(model, [x, Tensor.Of([6L, -1], 2)]));
        Assert.Contains("node 'to \"rows\"' (Reshape)", problem.Message, StringComparison.Ordinal);
        Assert.Contains("[6, 1]", problem.Message, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_allocate_nothing()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2)
            .Node("Reshape", "x,s", "z").Node("Relu", "z", "y").ValueInfo("z", OnnxType.Tensor(ElementType.Float32, 3, 2)).Output("y");
        using CompiledModel model = CompiledModel.Compile(writer.ToSource());
        Assert.Equal(0, model.AllocatedBytes(RandomTensor.Of(ElementType.Float32, 1, 2, 3), new ReferenceTensor(ElementType.Int64, [2], [3L, 2L])));
    }

    /// <summary>A node that gives back its input still has to check the values.</summary>
    [Fact]
    public void No_pass_drops_a_check()
    {
        using var batch = new ModelBatch();
        int model = batch.Add(new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2)
            .Node("Expand", "x,s", "z").Node("Reshape", "z,s", "w").Node("Relu", "w", "y")
            .ValueInfo("z", OnnxType.Tensor(ElementType.Float32, 2, 3)).ValueInfo("w", OnnxType.Tensor(ElementType.Float32, 2, 3)).Output("y").ToSource());
        batch.Build();
        Tensor x = RandomTensor.Of(ElementType.Float32, 1, 2, 3).ToTensor();
        Assert.Single(batch.Run(model, [x, Tensor.Of([2L, 3], 2)]));
        Assert.Throws<ArgumentException>(() => batch.Run(model, [x, Tensor.Of([3L, 2], 2)]));
        Assert.Throws<ArgumentException>(() => batch.Run(model, [x, Tensor.Of([1L, 3], 2)]));
    }

    /// <summary>Functions that are written out declare the last value only.</summary>
    [Fact]
    public void A_shape_is_declared_through_elementwise_operators()
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 1).Input("k", ElementType.Float32)
            .Node("Reshape", "x,s", "a").Node("Mul", "k,a", "b").Node("Cast", "b", "c", n => n.Int("to", (long)ElementType.Float64)).Node("Add", "c,c", "d").Output("d", ElementType.Float64, 6);
        Assert.True(ModelCompiler.Compile(writer.ToSource(), new CompilerOptions()).Success);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("open")]
    [InlineData("impossible")]
    [InlineData("other type")]
    public void Without_a_declared_shape_it_is_RG0021(string declared)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 2, 3).Input("s", ElementType.Int64, 2).Node("Reshape", "x,s", "y");
        if (declared == "none") writer.Output("y");
        else writer.Output("y", declared == "other type" ? ElementType.Int32 : ElementType.Float32, declared == "open" ? "n" : 3, declared == "impossible" ? 3 : 2);
        ImmutableArray<Diagnostics.Diagnostic> found = ModelCompiler.Compile(writer.ToSource(), new CompilerOptions()).Diagnostics;
        Assert.Equal("RG0021", Assert.Single(found).Id);
        Assert.Contains("input 'shape' is computed at run time, so the output's shape is not known at build time", found[0].Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Tensor>? Try(Func<IReadOnlyList<Tensor>> run)
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
    private static Tensor Fill(Value input, RunTimeCase open, Random random, bool isChanged)
    {
        var type = (TensorType)input.Type!;
        if (!open.Parameters.TryGetValue(input.Name, out Tensor? right)) return RandomTensor.Of(type.ElementType, random.Next(), type.Shape!.ToArray()).ToTensor();
        if (!isChanged || right.Length == 0 || random.Next(2) == 0) return right;
        ReferenceTensor values = ReferenceTensor.FromTensor(right);
        int at = random.Next(values.Count);
        if (values.IsReal) values.Reals![at] += random.Next(-2, 3) * 0.5;
        else values.Integers![at] = random.Next(12) switch { 0 => long.MaxValue, 1 => long.MinValue, 2 => -values.Integers[at], 3 => 0, _ => values.Integers[at] + random.Next(-3, 4) };
        return values.Rounded().ToTensor();
    }
}
