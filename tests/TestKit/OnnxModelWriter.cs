using System;
using System.Linq;
using System.Threading;
using Google.Protobuf;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Import.Proto;

namespace RedGen.TestKit;

/// <summary>
/// Writes models for tests:
/// <c>new OnnxModelWriter().Input("x", ElementType.Float32, 1, 4).Node("Relu", "x", "y").Output("y").ToSource()</c>.
/// </summary>
public sealed class OnnxModelWriter : OnnxGraphWriterBase<OnnxModelWriter>
{
    private readonly ModelProto _proto = new() { IrVersion = 8, ProducerName = "RedGen.TestKit" };
    private bool _hasOpset;

    /// <summary>Sets the IR version; 8 unless told.</summary>
    public OnnxModelWriter IrVersion(long version)
    {
        _proto.IrVersion = version;
        return this;
    }

    /// <summary>Imports an opset; ai.onnx 17 unless any is imported.</summary>
    public OnnxModelWriter Opset(long version, string domain = "")
    {
        _hasOpset = true;
        _proto.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        return this;
    }

    /// <summary>Imports no opset at all.</summary>
    public OnnxModelWriter NoOpset()
    {
        _hasOpset = true;
        return this;
    }

    /// <summary>Sets what the file says about itself.</summary>
    public OnnxModelWriter Documentation(string text)
    {
        _proto.DocString = text;
        return this;
    }

    /// <summary>Defines a function.</summary>
    public OnnxModelWriter Function(string domain, string name, string inputs, string outputs, Action<OnnxFunctionWriter> write)
    {
        var function = new FunctionProto { Domain = domain, Name = name };
        if (inputs.Length > 0) function.Input.Add(inputs.Split(',').Select(i => i.Trim()));
        if (outputs.Length > 0) function.Output.Add(outputs.Split(',').Select(o => o.Trim()));
        write(new OnnxFunctionWriter(function));
        _proto.Functions.Add(function);
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        ModelProto proto = _proto.Clone();
        proto.Graph = GraphProto.Clone();
        if (!_hasOpset) proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return proto.ToByteArray();
    }

    /// <summary>The file as a host hands it over.</summary>
    public ModelSource ToSource(string fileName = "model.onnx") => ModelSource.FromBytes(fileName, ToBytes());

    /// <summary>The model as imported.</summary>
    /// <exception cref="InvalidOperationException">It has errors.</exception>
    public Model ToModel()
    {
        var diagnostics = new DiagnosticBag();
        Model? model = OnnxReader.Read(ToSource(), diagnostics, CancellationToken.None);
        return model is not null && !diagnostics.HasErrors
            ? model
            : throw new InvalidOperationException(string.Join("\n", diagnostics.ToImmutable()));
    }
}

/// <summary>Writes the body of a function.</summary>
public sealed class OnnxFunctionWriter
{
    private readonly FunctionProto _proto;

    internal OnnxFunctionWriter(FunctionProto proto) => _proto = proto;

    /// <summary>Imports an opset for the body.</summary>
    public OnnxFunctionWriter Opset(long version, string domain = "")
    {
        _proto.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        return this;
    }

    /// <summary>Sets the overload.</summary>
    public OnnxFunctionWriter Overload(string overload)
    {
        _proto.Overload = overload;
        return this;
    }

    /// <summary>Declares an attribute that calls give.</summary>
    public OnnxFunctionWriter Attribute(string name)
    {
        _proto.Attribute.Add(name);
        return this;
    }

    /// <summary>Declares an attribute with a default.</summary>
    public OnnxFunctionWriter Attribute(string name, long value)
    {
        _proto.AttributeProto.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });
        return this;
    }

    /// <summary>Adds a node to the body.</summary>
    public OnnxFunctionWriter Node(string op, string inputs, string outputs, Action<OnnxNodeWriter>? write = null)
    {
        _proto.Node.Add(OnnxGraphWriter.MakeNode(op, inputs, outputs, write));
        return this;
    }
}
