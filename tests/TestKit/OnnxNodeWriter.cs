using System;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;
using AttributeType = RedGen.Compiler.Import.Proto.AttributeProto.Types.AttributeType;

namespace RedGen.TestKit;

/// <summary>Writes one node: its name, domain and attributes.</summary>
public sealed class OnnxNodeWriter
{
    private readonly NodeProto _proto;

    internal OnnxNodeWriter(NodeProto proto) => _proto = proto;

    /// <summary>Names the node.</summary>
    public OnnxNodeWriter Name(string name)
    {
        _proto.Name = name;
        return this;
    }

    /// <summary>Sets the operator's domain.</summary>
    public OnnxNodeWriter Domain(string domain)
    {
        _proto.Domain = domain;
        return this;
    }

    /// <summary>Sets the operator's overload.</summary>
    public OnnxNodeWriter Overload(string overload)
    {
        _proto.Overload = overload;
        return this;
    }

    /// <summary>An integer.</summary>
    public OnnxNodeWriter Int(string name, long value) => Add(new AttributeProto { Name = name, Type = AttributeType.Int, I = value });

    /// <summary>A list of integers.</summary>
    public OnnxNodeWriter Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.Add(values);
        return Add(attribute);
    }

    /// <summary>A float.</summary>
    public OnnxNodeWriter Float(string name, float value) => Add(new AttributeProto { Name = name, Type = AttributeType.Float, F = value });

    /// <summary>A list of floats.</summary>
    public OnnxNodeWriter Floats(string name, params float[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Floats };
        attribute.Floats.Add(values);
        return Add(attribute);
    }

    /// <summary>A string.</summary>
    public OnnxNodeWriter String(string name, string value)
        => Add(new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>A list of strings.</summary>
    public OnnxNodeWriter Strings(string name, params string[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Strings };
        attribute.Strings.Add(values.Select(ByteString.CopyFromUtf8));
        return Add(attribute);
    }

    /// <summary>A tensor.</summary>
    public OnnxNodeWriter Tensor(string name, Tensor value, OnnxEncoding encoding = OnnxEncoding.Raw)
        => Add(new AttributeProto { Name = name, Type = AttributeType.Tensor, T = OnnxTensors.ToProto("", value, encoding) });

    /// <summary>A list of tensors.</summary>
    public OnnxNodeWriter Tensors(string name, params Tensor[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Tensors };
        attribute.Tensors.Add(values.Select(v => OnnxTensors.ToProto("", v, OnnxEncoding.Raw)));
        return Add(attribute);
    }

    /// <summary>A sparse tensor.</summary>
    public OnnxNodeWriter SparseTensor(string name, Tensor values, Tensor indices, params int[] dimensions)
        => Add(new AttributeProto { Name = name, Type = AttributeType.SparseTensor, SparseTensor = OnnxGraphWriter.Sparse("", values, indices, dimensions) });

    /// <summary>A type.</summary>
    public OnnxNodeWriter Type(string name, OnnxType type) => Add(new AttributeProto { Name = name, Type = AttributeType.TypeProto, Tp = type.Proto });

    /// <summary>A graph.</summary>
    public OnnxNodeWriter Graph(string name, Action<OnnxGraphWriter> write)
        => Add(new AttributeProto { Name = name, Type = AttributeType.Graph, G = OnnxGraphWriter.Write(write) });

    /// <summary>A list of graphs.</summary>
    public OnnxNodeWriter Graphs(string name, params Action<OnnxGraphWriter>[] write)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Graphs };
        attribute.Graphs.Add(write.Select(OnnxGraphWriter.Write));
        return Add(attribute);
    }

    /// <summary>Inside a function: the attribute of that name of the call.</summary>
    public OnnxNodeWriter Reference(string name, string callersName)
        => Add(new AttributeProto { Name = name, Type = AttributeType.Int, RefAttrName = callersName });

    private OnnxNodeWriter Add(AttributeProto attribute)
    {
        _proto.Attribute.Add(attribute);
        return this;
    }
}
