using System;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Import.Proto;
using RedGen.TestKit;
using Xunit;
using static RedGen.Compiler.Tests.Import.Reading;

namespace RedGen.Compiler.Tests.Import;

public sealed class TensorTests
{
    public static TheoryData<ElementType, OnnxEncoding> Encodings()
    {
        var data = new TheoryData<ElementType, OnnxEncoding>();
        foreach (ElementType type in Enum.GetValues<ElementType>().Where(t => t is not (ElementType.Undefined or ElementType.String)))
            foreach (OnnxEncoding encoding in Enum.GetValues<OnnxEncoding>()) data.Add(type, encoding);
        return data;
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Every_type_in_every_encoding_keeps_its_bits(ElementType type, OnnxEncoding encoding)
    {
        // Bytes with the high bit set try sign extension; seven elements leave the last byte of packed types unfilled.
        byte[] data = new byte[Tensor.ByteLength(type, 7)];
        for (int i = 0; i < data.Length; i++) data[i] = type == ElementType.Bool ? (byte)(i % 2) : (byte)(255 - (37 * i));
        var tensor = new Tensor(type, [7], data);

        Tensor read = Valid(Holding(tensor, encoding)).Graph.Initializers["w"];

        Assert.Equal(tensor.Type, read.Type);
        Assert.Equal(data, read.Data.ToArray());
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Empty_tensors_and_scalars_are_tensors(ElementType type, OnnxEncoding encoding)
    {
        var empty = new Tensor(type, [3, 0], Array.Empty<byte>());
        Assert.Equal(0, Valid(Holding(empty, encoding)).Graph.Initializers["w"].Length);
        var scalar = new Tensor(type, [], new byte[Tensor.ByteLength(type, 1)]);
        Assert.Equal(Shape.Scalar, Valid(Holding(scalar, encoding)).Graph.Initializers["w"].Shape);
    }

    [Fact]
    public void Typed_data_may_come_in_chunks()
    {
        byte[] bytes = Edit(Holding(Tensor.Of([1f, 2f, 3f], 3), OnnxEncoding.Typed), m =>
        {
            TensorProto w = m.Graph.Initializer[0];
            ByteString all = w.FloatData[0];
            w.FloatData.Clear();
            w.FloatData.Add([ByteString.CopyFrom(all.Span[..4]), ByteString.Empty, ByteString.CopyFrom(all.Span[4..])]);
        });
        Assert.Equal([1f, 2f, 3f], Read(bytes).Model!.Graph.Initializers["w"].AsSpan<float>().ToArray());
    }

    [Fact]
    public void Strings_are_decoded()
    {
        Tensor read = Valid(Holding(new Tensor([2], ["grün", ""]))).Graph.Initializers["w"];
        Assert.Equal(["grün", ""], read.Strings.ToArray());
    }

    [Fact]
    public void A_string_that_is_not_UTF8_is_reported()
    {
        byte[] bytes = Edit(Holding(new Tensor([1], ["x"])), m => m.Graph.Initializer[0].StringData[0] = ByteString.CopyFrom(0xFF, 0xFE));
        Assert.Equal("RG0020", Assert.Single(Read(bytes).Diagnostics).Id);
    }

    [Fact]
    public void True_is_one()
    {
        Tensor read = Valid(Holding(new Tensor(ElementType.Bool, [3], new byte[] { 0, 255, 2 }))).Graph.Initializers["w"];
        Assert.Equal([0, 1, 1], read.Data.ToArray());
    }

    [Fact]
    public void Raw_data_of_another_size_name_the_tensor()
    {
        string message = Fails("RG0004", Edit(Holding(Tensor.Of([1f, 2f], 2)), m => m.Graph.Initializer[0].Dims[0] = 3));
        Assert.Contains("initializer 'w' (float32 3) has 8 bytes of raw data; type and shape need 12", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Int64)]
    [InlineData(ElementType.UInt64)]
    [InlineData(ElementType.Int8)]
    public void Typed_data_of_another_size_are_malformed(ElementType type)
    {
        var tensor = new Tensor(type, [2], new byte[2 * type.Bytes()]);
        Assert.Contains("'w'", Fails("RG0004", Edit(Holding(tensor, OnnxEncoding.Typed), m => m.Graph.Initializer[0].Dims[0] = 3)), StringComparison.Ordinal);
        Fails("RG0004", Edit(Holding(tensor), m => m.Graph.Initializer[0].ClearRawData()));
    }

    [Fact]
    public void A_number_that_its_type_cannot_hold_is_malformed()
    {
        byte[] bytes = Edit(Holding(Tensor.FromSpan<int>(ElementType.Int32, [300], 1), OnnxEncoding.Typed), m => m.Graph.Initializer[0].DataType = (int)ElementType.UInt8);
        Assert.Contains("cannot hold", Fails("RG0004", bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_cut_off_is_malformed()
        => Fails("RG0004", Edit(Holding(Tensor.Of([1L], 1), OnnxEncoding.Typed), m => m.Graph.Initializer[0].Int64Data[0] = ByteString.CopyFrom(0x81)));

    [Fact]
    public void Unknown_types_places_and_segments_are_malformed()
    {
        OnnxModelWriter model = Holding(Tensor.Of([1f], 1));
        Fails("RG0004", Edit(model, m => m.Graph.Initializer[0].DataType = 99));
        Fails("RG0004", Edit(model, m => m.Graph.Initializer[0].DataType = 0));
        Fails("RG0004", Edit(model, m => m.Graph.Initializer[0].DataLocation = 7));
        Fails("RG0004", Edit(model, m => m.Graph.Initializer[0].Segment = new TensorProto.Types.Segment { Begin = 0, End = 1 }));
        Fails("RG0004", Edit(model, m => m.Graph.Initializer[0].Dims[0] = -1));
    }

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    public void Sizes_beyond_reason_are_too_large(long length)
    {
        Assert.Contains("'w'", Fails("RG0015", Edit(Holding(Tensor.Of([1f], 1)), m => m.Graph.Initializer[0].Dims[0] = length)), StringComparison.Ordinal);
        Fails("RG0015", Edit(Holding(Tensor.Of([1f], 1)), m => m.Graph.Initializer[0].Dims.Add([1L << 20, 1L << 20])));
    }

    [Fact]
    public void A_tensor_file_is_read()
    {
        var diagnostics = new DiagnosticBag();
        Tensor? tensor = OnnxReader.ReadTensor(OnnxTensors.ToFile(Tensor.Of([1f, 2f], 2), "input"), diagnostics);
        Assert.Empty(diagnostics.ToImmutable());
        Assert.Equal([1f, 2f], tensor!.AsSpan<float>().ToArray());
    }

    [Fact]
    public void A_damaged_tensor_file_is_a_diagnostic()
    {
        byte[] file = OnnxTensors.ToFile(Tensor.Of([1f, 2f], 2), "input");
        for (int length = 0; length < file.Length; length++)
        {
            var diagnostics = new DiagnosticBag();
            Assert.Null(OnnxReader.ReadTensor(file.AsMemory(0, length), diagnostics));
            Assert.Contains(Assert.Single(diagnostics.ToImmutable()).Id, new[] { "RG0003", "RG0004" });
        }
    }
}
