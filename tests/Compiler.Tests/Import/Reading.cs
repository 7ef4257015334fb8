using System;
using System.Linq;
using System.Threading;
using Google.Protobuf;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Import.Proto;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Import;

/// <summary>How the tests of this folder read and look at what they got.</summary>
internal static class Reading
{
    public static (Model? Model, Diagnostic[] Diagnostics) Read(ModelSource source)
    {
        var bag = new DiagnosticBag();
        Model? model = OnnxReader.Read(source, bag, CancellationToken.None);
        return (model, [.. bag.ToImmutable()]);
    }

    public static (Model? Model, Diagnostic[] Diagnostics) Read(byte[] bytes) => Read(ModelSource.FromBytes("model.onnx", bytes));

    public static (Model? Model, Diagnostic[] Diagnostics) Read(OnnxModelWriter writer) => Read(writer.ToSource());

    /// <summary>Reads a model that must be in order.</summary>
    public static Model Valid(OnnxModelWriter writer)
    {
        (Model? model, Diagnostic[] diagnostics) = Read(writer);
        Assert.Empty(diagnostics);
        Assert.Empty(GraphValidator.Validate(model!.Graph));
        return model;
    }

    /// <summary>Reads a model that must not be read, for one reason.</summary>
    public static string Fails(string id, byte[] bytes)
    {
        (Model? model, Diagnostic[] diagnostics) = Read(bytes);
        Assert.Null(model);
        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal(id, diagnostic.Id);
        return diagnostic.Message;
    }

    public static string Fails(string id, OnnxModelWriter writer) => Fails(id, writer.ToBytes());

    /// <summary>The file with a change that the writer has no word for.</summary>
    public static byte[] Edit(OnnxModelWriter writer, Action<ModelProto> edit)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(writer.ToBytes());
        edit(proto);
        return proto.ToByteArray();
    }

    /// <summary>A model with one initializer, which is its output.</summary>
    public static OnnxModelWriter Holding(Tensor tensor, OnnxEncoding encoding = OnnxEncoding.Raw)
        => new OnnxModelWriter().Initializer("w", tensor, encoding).Output("w");

    public static string[] Names(this System.Collections.Generic.IEnumerable<Value> values) => [.. values.Select(v => v.Name)];
}
