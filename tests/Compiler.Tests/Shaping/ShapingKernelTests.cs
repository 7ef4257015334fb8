using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Shaping;

/// <summary>Generated code moves the elements where the reference evaluation says, for random shapes, parameters and types.</summary>
public sealed class ShapingKernelTests
{
    private const int CasesPerOperator = 36;

    private static readonly ElementType[] Types = [ElementType.Float32, ElementType.Float64, ElementType.UInt8, ElementType.Int64, ElementType.Bool, ElementType.Float16];

    public static TheoryData<string> Operators => [.. ShapingCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(int Model, string Label, Tensor[] Inputs)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            ElementType type = Types[seed % Types.Length];
            if (!ShapingCases.Allows(op, type)) continue;
            var random = new Random(seed);
            var writer = new OnnxModelWriter();
            ShapingCases.All[op](writer, random, type);
            Model model = writer.ToModel();
            // The graph that is planned is the one written: nothing is rewritten between.
            int index = batch.Add(writer.ToSource(), new CompilerOptions { Optimise = false });
            cases.Add((index, $"{op}, seed {seed}, {type}", [.. model.Graph.Inputs.Select(v => Fill(v, random, model.Graph.Name))]));
        }

        batch.Build();
        foreach ((int model, string label, Tensor[] inputs) in cases)
        {
            IReadOnlyList<Tensor> expected = batch.RunReference(model, inputs);
            IReadOnlyList<Tensor> actual = batch.Run(model, inputs);
            for (int i = 0; i < expected.Count; i++)
                TensorAssert.Close(ReferenceTensor.FromTensor(expected[i]), ReferenceTensor.FromTensor(actual[i]), op == "CumSum" ? 4e-3 : 0, label + "\n" + batch.SourceOf(model));
        }
    }

    [Fact]
    public void An_index_outside_its_axis_is_refused()
    {
        using var batch = new ModelBatch();
        int model = batch.Add(new OnnxModelWriter().Input("x", ElementType.Float32, 3, 2).Input("i", ElementType.Int64, 2).Node("Gather", "x,i", "y").Output("y").ToSource());
        batch.Build();
        Tensor x = RandomTensor.Of(ElementType.Float32, 1, 3, 2).ToTensor();
        foreach (long wrong in new[] { 3L, -4L, long.MaxValue, long.MinValue })
            Assert.Throws<ArgumentOutOfRangeException>(() => batch.Run(model, [x, Tensor.Of([0L, wrong], 2)]));
    }

    [Fact]
    public void Large_constants_are_made_at_run_time()
    {
        using var batch = new ModelBatch();
        int[] models =
        [
            batch.Add(new OnnxModelWriter().Initializer("s", [300L, 300L], 2).Node("ConstantOfShape", "s", "y", n => n.Tensor("value", Tensor.Of([2.5f], 1))).Output("y").ToSource()),
            batch.Add(new OnnxModelWriter().Initializer("a", [5L]).Initializer("b", [-400_000L]).Initializer("c", [-4L]).Node("Range", "a,b,c", "y").Output("y").ToSource()),
            batch.Add(new OnnxModelWriter().Initializer("a", [0.5f]).Initializer("b", [30_000f]).Initializer("c", [0.25f]).Node("Range", "a,b,c", "y").Output("y").ToSource()),
            batch.Add(new OnnxModelWriter().Input("x", ElementType.Float32, 300, 400).Node("EyeLike", "x", "y", n => n.Int("k", -2).Int("dtype", (long)ElementType.Float64)).Output("y").ToSource()),
        ];
        batch.Build();
        foreach (int model in models)
        {
            Tensor[] inputs = model == models[3] ? [RandomTensor.Of(ElementType.Float32, 1, 300, 400).ToTensor()] : [];
            Assert.Equal(batch.RunReference(model, inputs)[0].Data.ToArray(), batch.Run(model, inputs)[0].Data.ToArray());
        }
    }

    [Theory]
    [InlineData("Transpose", "perm", new long[] { 1, 0, 2 })]
    [InlineData("Identity", null, null)]
    [InlineData("Dropout", null, null)]
    public void What_moves_nothing_is_a_view(string op, string? attribute, long[]? values)
    {
        OnnxModelWriter writer = new OnnxModelWriter().Input("x", ElementType.Float32, 4, 1, 3)
            .Node(op, "x", "z", n => _ = attribute is null ? n : n.Ints(attribute, values!)).Node("Relu", "z", "y").Output("y");
        CompilationResult result = ModelCompiler.Compile(writer.ToSource(), new CompilerOptions { Optimise = false });
        Assert.True(result.Plan!.Root.Steps[0].IsView);
    }

    /// <summary>Random elements; indices up to the bound in the graph's name.</summary>
    private static Tensor Fill(Value input, Random random, string graphName)
    {
        var type = (TensorType)input.Type!;
        int[] lengths = type.Shape!.ToArray();
        if (input.Name is not ("indices" or "k")) return RandomTensor.Of(type.ElementType, random.Next(), lengths).ToTensor();
        int bound = int.Parse(graphName.AsSpan("bound ".Length), CultureInfo.InvariantCulture);
        var indices = new long[type.Shape.ElementCount];
        for (int i = 0; i < indices.Length; i++) indices[i] = random.Next(-bound, bound);
        return Tensor.Of(indices, lengths);
    }
}
