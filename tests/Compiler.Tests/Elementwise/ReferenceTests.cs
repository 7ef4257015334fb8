using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>Reference functions against values known from elsewhere, and what is refused.</summary>
public sealed class ReferenceTests
{
    [Theory]
    [InlineData("Acosh", 2, 1.3169578969248166)]
    [InlineData("Asinh", -1e-9, -1e-9)]
    [InlineData("Asinh", 1e200, 461.2101657793691)]
    [InlineData("Atanh", 0.5, 0.5493061443340549)]
    [InlineData("Atanh", -1, double.NegativeInfinity)]
    [InlineData("Celu", -1, -0.6321205588285577)]
    [InlineData("Elu", -1e-9, -9.999999995e-10)]
    [InlineData("Erf", 3.2, 0.9999939742388483)]
    [InlineData("Gelu", 1, 0.8413447460685429)]
    [InlineData("HardSigmoid", 10, 1)]
    [InlineData("HardSwish", 1, 0.6666666666666666)]
    [InlineData("LeakyRelu", -2, -0.019999999552965164)]
    [InlineData("Mish", 1, 0.8650983882673103)]
    [InlineData("Round", 2.5, 2)]
    [InlineData("Round", -1.5, -2)]
    [InlineData("Selu", -1, -1.1113307378125625)]
    [InlineData("Shrink", -1, -1)]
    [InlineData("Shrink", 0.4, 0)]
    [InlineData("Sigmoid", -40, 4.248354255291589e-18)]
    [InlineData("Softplus", 800, 800)]
    [InlineData("Softplus", 0, 0.6931471805599453)]
    [InlineData("Softsign", -3, -0.75)]
    [InlineData("Swish", 1, 0.7310585786300049)]
    [InlineData("ThresholdedRelu", 1, 0)]
    [InlineData("Sign", double.NaN, double.NaN)]
    [InlineData("Relu", double.NaN, double.NaN)]
    public void One_operand(string op, double x, double expected)
    {
        ElementwiseRow row = ElementwiseTable.Rows.Single(r => r.Name == op);
        double actual = row.Real!([x], row.Parameters(NodeAttributes.Empty));
        Assert.True(expected.Equals(actual) || Math.Abs(actual - expected) <= 1e-7 * Math.Abs(expected), $"{actual:R}, should be {expected:R}");
    }

    [Theory]
    [InlineData("Div", -7, 2, -3)]
    [InlineData("Div", 7, 0, 0)]
    [InlineData("Mod", -7, 3, 2)]
    [InlineData("Mod", 7, -3, -2)]
    [InlineData("Max", -7, 3, 3)]
    public void Two_integers(string op, long a, long b, long expected)
    {
        ElementwiseRow row = ElementwiseTable.Rows.Single(r => r.Name == op);
        Assert.Equal(expected, row.Exact!([a, b], row.Parameters(NodeAttributes.Empty)));
    }

    [Fact]
    public void A_NaN_among_the_operands_of_Max_and_Min_gives_NaN()
    {
        foreach (ElementwiseRow row in ElementwiseTable.Rows.Where(r => r.Name is "Max" or "Min"))
            Assert.All(new double[][] { [1, double.NaN, 2], [double.NaN, 1], [1, double.NaN] }, x => Assert.Equal(double.NaN, row.Real!(x, [])));
    }

    [Fact]
    public void Every_row_has_a_meaning_and_C_sharp_for_each_of_its_types()
    {
        foreach (ElementwiseRow row in ElementwiseTable.Rows)
        {
            Assert.Equal(row.Versions.OrderBy(v => v), row.Versions);
            foreach (ElementType type in ElementwiseBatch.TypesIn(row.Types)) Assert.True(type.IsFloat() ? row.Real is not null : row.Exact is not null, row.Name + " of " + type.Name());
        }
    }

    [Fact]
    public void What_is_not_allowed_ends_in_a_diagnostic()
    {
        Fails("RG0009", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Input("b", ElementType.Float32, 3).Node("Mod", "a,b", "y"));
        Fails("RG0009", new OnnxModelWriter().Input("a", ElementType.UInt8, 3).Input("b", ElementType.UInt8, 3).Node("BitShift", "a,b", "y"));
        Fails("RG0009", new OnnxModelWriter().Input("a", ElementType.UInt8, 3).Input("b", ElementType.UInt8, 3).Node("BitShift", "a,b", "y", n => n.String("direction", "UP")));
        Fails("RG0009", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Node("Cast", "a", "y", n => n.Int("to", 99)));
        Fails("RG0008", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Node("Cast", "a", "y", n => n.Int("to", (long)ElementType.String)));
        Fails("RG0009", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Node("Cast", "a", "y", n => n.Int("to", (long)ElementType.Float8E8M0).String("round_mode", "away")));
        Fails("RG0008", new OnnxModelWriter().Input("a", ElementType.Int4, 3).Node("Relu", "a", "y"));
        Fails("RG0008", new OnnxModelWriter().Input("a", ElementType.Bool, 3).Node("Relu", "a", "y"));
        Fails("RG0008", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Input("b", ElementType.Int32, 3).Node("Add", "a,b", "y"));
        Fails("RG0011", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Input("b", ElementType.Float32, 4).Node("Add", "a,b", "y"));
        Fails("RG0011", new OnnxModelWriter().Opset(6).Input("a", ElementType.Float32, 2, 3).Input("b", ElementType.Float32, 3).Node("Add", "a,b", "y"));
        Fails("RG0011", new OnnxModelWriter().Opset(6).Input("a", ElementType.Float32, 2, 3).Input("b", ElementType.Float32, 3).Node("Add", "a,b", "y", n => n.Int("broadcast", 1).Int("axis", long.MinValue)));
        Fails("RG0011", new OnnxModelWriter().Input("a", ElementType.Float32, 3).Input("b", ElementType.Float32, 2).Node("Clip", "a,b", "y"));
    }

    [Fact]
    public void Many_operands()
    {
        using var models = new ModelBatch();
        foreach (int count in (int[])[40, 200])
        {
            var writer = new OnnxModelWriter();
            for (int i = 0; i < count; i++) writer.Input("x" + i, ElementType.Int32, 20);
            models.Add("Max", writer.Node("Max", string.Join(",", Enumerable.Range(0, count).Select(i => "x" + i)), "y").Output("y"));
        }

        models.Check(seed: 1);
    }

    private static void Fails(string id, OnnxModelWriter model)
    {
        CompilationResult result = ModelCompiler.Compile(model.Output("y").ToSource("net.onnx"), TestOptions.Exact);
        Assert.Contains(result.Diagnostics, d => d.Id == id);
        Assert.DoesNotContain(result.Diagnostics, d => d.Id == "RG0023");
    }
}
