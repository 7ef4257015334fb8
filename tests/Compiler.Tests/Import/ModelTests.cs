using System;
using System.Linq;
using System.Text;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.TestKit;
using Xunit;
using static RedGen.Compiler.Tests.Import.Reading;

namespace RedGen.Compiler.Tests.Import;

public sealed class ModelTests
{
    private static OnnxModelWriter Relu() => new OnnxModelWriter().Input("x", ElementType.Float32, 1, 4).Node("Relu", "x", "y").Output("y");

    [Theory]
    [InlineData(3)]
    [InlineData(13)]
    public void Known_IR_versions_are_read(int version) => Assert.Equal(version, Valid(Relu().IrVersion(version)).IrVersion);

    [Fact]
    public void A_newer_IR_version_is_tried()
    {
        var (model, diagnostics) = Read(Relu().IrVersion(99));
        Assert.NotNull(model);
        Assert.Equal("RG0005", Assert.Single(diagnostics).Id);
        Assert.Equal(Severity.Warning, diagnostics[0].Severity);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-5)]
    public void An_older_IR_version_is_refused(int version) => Fails("RG0003", Relu().IrVersion(version));

    [Theory]
    [InlineData(1)]
    [InlineData(28)]
    public void Known_opsets_are_read(int version) => Assert.Equal(version, Valid(Relu().Opset(version, "ai.onnx")).Graph.Nodes[0].Operator.Version);

    [Theory]
    [InlineData(0)]
    [InlineData(29)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Other_opsets_are_reported_beside_the_model(long version)
    {
        var (model, diagnostics) = Read(Relu().Opset(version));
        Assert.NotNull(model);
        Assert.Equal("RG0006", Assert.Single(diagnostics).Id);
    }

    [Fact]
    public void A_missing_or_ambiguous_opset_is_reported()
    {
        Assert.Equal("RG0006", Assert.Single(Read(Relu().NoOpset()).Diagnostics).Id);
        Assert.Equal("RG0006", Assert.Single(Read(Relu().Opset(12).Opset(13, "ai.onnx")).Diagnostics).Id);
        Assert.Empty(Read(Relu().Opset(13).Opset(13, "ai.onnx")).Diagnostics);
    }

    [Fact]
    public void Functions_are_read()
    {
        Model model = Valid(new OnnxModelWriter().Opset(17).Opset(3, "own").Input("x", ElementType.Float32, 1)
            .Function("own", "Twice", "a", "b", f => f.Opset(18).Attribute("k").Attribute("d", 5).Node("Mul", "c,c", "b").Node("Abs", "a", "c", n => n.Reference("r", "k")))
            .Function("own", "Twice", "a", "a", f => f.Overload("two"))
            .Node("Twice", "x", "y", n => n.Domain("own").Overload("two")).Output("y"));

        Function function = model.Functions[0];
        Assert.Equal(new OperatorId("own", "Twice", 3), function.Id);
        Assert.Equal(["Abs", "Mul"], function.Nodes.Select(n => n.Operator.Name));
        Assert.Equal(18, function.Nodes[0].Operator.Version);
        Assert.Equal(new ReferenceAttribute("k"), function.Nodes[0].Attributes.Find("r"));
        Assert.Equal(["k"], function.Attributes.ToArray());
        Assert.Equal(5, function.AttributeDefaults.Int("d", 0));
        Assert.Equal(model.Functions[1].Id, model.Graph.Nodes[0].Operator);
    }

    [Fact]
    public void Inconsistent_functions_are_reported()
    {
        Fails("RG0012", Relu().Function("own", "F", "a", "b", f => f.Node("Relu", "ghost", "b")));
        Fails("RG0012", Relu().Function("own", "F", "a", "b", _ => { }));
        Fails("RG0012", Relu().Function("own", "F", "a,a", "a", _ => { }));
        Fails("RG0012", Relu().Function("own", "F", "a", "a", _ => { }).Function("own", "F", "a", "a", _ => { }));
        Fails("RG0004", Relu().Function("own", "", "a", "a", _ => { }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("<html><body>404</body></html>")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")]
    [InlineData("PK\u0003\u0004zip")]
    [InlineData("\u001c\0\0\0TFL3tflite")]
    [InlineData("\u0008\0\0\0ORTMort")]
    public void Other_files_are_not_ONNX(string content) => Fails("RG0003", Encoding.Latin1.GetBytes(content));

    [Fact]
    public void Protobuf_without_a_graph_is_not_ONNX()
    {
        Fails("RG0003", Edit(Relu(), m => m.Graph = null));
        Fails("RG0003", OnnxTensors.ToFile(Tensor.Of([1f], 1), "tensor"));
    }

    [Fact]
    public void A_file_cut_anywhere_is_a_diagnostic()
    {
        byte[] bytes = Relu().Initializer("weights", new float[20], 20).ToBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            var (_, diagnostics) = Read(bytes[..length]);
            Assert.All(diagnostics, d => Assert.Contains(d.Id, new[] { "RG0003", "RG0004", "RG0006" }));
            Assert.NotEmpty(diagnostics);
        }
    }

    [Fact]
    public void A_cut_file_names_the_tensor_that_is_cut()
    {
        byte[] bytes = new OnnxModelWriter().Initializer("weights", new float[200], 200).ToBytes();
        int inside = Encoding.Latin1.GetString(bytes).IndexOf("weights", StringComparison.Ordinal) + 100;
        Assert.Contains("TensorProto 'weights': field raw_data", Fails("RG0004", bytes[..inside]), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_UTF8_and_of_reasonable_length()
    {
        byte[] bytes = Relu().ToBytes();
        bytes[Encoding.Latin1.GetString(bytes).IndexOf("Relu", StringComparison.Ordinal)] = 0xFF;
        Assert.Contains("op_type", Fails("RG0004", bytes), StringComparison.Ordinal);
        Fails("RG0004", Edit(Relu(), m => m.Graph.Node[0].Name = new string('n', 10_000)));
        Valid(new OnnxModelWriter().Input("größe", ElementType.Float32, 1).Output("größe").Documentation(new string('d', 100_000)));
    }

    [Fact]
    public void Cancellation_is_honoured()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => OnnxReader.Read(Relu().ToSource(), new DiagnosticBag(), source.Token));
    }

    [Fact]
    public void Raw_data_are_copied_only_once()
    {
        ModelSource source = new OnnxModelWriter().Initializer("w", new float[4 << 20], 4 << 20).Output("w").ToSource();
        _ = Read(Relu());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(Read(source).Model);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 17 << 20);
    }
}
