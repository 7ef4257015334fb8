using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.TestKit;

/// <summary>Writes a graph step by step; what it writes need not be valid.</summary>
/// <typeparam name="TSelf">The writer, for chains of calls.</typeparam>
public abstract class OnnxGraphWriterBase<TSelf>
    where TSelf : OnnxGraphWriterBase<TSelf>
{
    internal GraphProto GraphProto { get; } = new() { Name = "graph" };

    /// <summary>Names the graph.</summary>
    public TSelf GraphName(string name)
    {
        GraphProto.Name = name;
        return (TSelf)this;
    }

    /// <summary>A tensor input.</summary>
    public TSelf Input(string name, ElementType type, params OnnxDim[] dims) => Input(name, OnnxType.Tensor(type, dims));

    /// <summary>An input of any type; null states none.</summary>
    public TSelf Input(string name, OnnxType? type)
    {
        GraphProto.Input.Add(Info(name, type));
        return (TSelf)this;
    }

    /// <summary>A tensor output.</summary>
    public TSelf Output(string name, ElementType type, params OnnxDim[] dims) => Output(name, OnnxType.Tensor(type, dims));

    /// <summary>An output of any type; null states none.</summary>
    public TSelf Output(string name, OnnxType? type = null)
    {
        GraphProto.Output.Add(Info(name, type));
        return (TSelf)this;
    }

    /// <summary>The type of a value in between.</summary>
    public TSelf ValueInfo(string name, OnnxType type)
    {
        GraphProto.ValueInfo.Add(Info(name, type));
        return (TSelf)this;
    }

    /// <summary>A constant.</summary>
    public TSelf Initializer(string name, Tensor tensor, OnnxEncoding encoding = OnnxEncoding.Raw)
    {
        GraphProto.Initializer.Add(OnnxTensors.ToProto(name, tensor, encoding));
        return (TSelf)this;
    }

    /// <summary>A float32 constant.</summary>
    public TSelf Initializer(string name, float[] values, params int[] dimensions) => Initializer(name, Tensor.Of(values, dimensions));

    /// <summary>An int64 constant.</summary>
    public TSelf Initializer(string name, long[] values, params int[] dimensions) => Initializer(name, Tensor.Of(values, dimensions));

    /// <summary>A constant whose bytes lie in another file.</summary>
    public TSelf ExternalInitializer(string name, ElementType type, int[] dimensions, params (string Key, string Value)[] external)
    {
        var proto = new TensorProto { Name = name, DataType = (int)type, DataLocation = 1 };
        foreach (int d in dimensions) proto.Dims.Add(d);
        proto.ExternalData.Add(external.Select(e => new StringStringEntryProto { Key = e.Key, Value = e.Value }));
        GraphProto.Initializer.Add(proto);
        return (TSelf)this;
    }

    /// <summary>A sparse constant.</summary>
    public TSelf SparseInitializer(string name, Tensor values, Tensor indices, params int[] dimensions)
    {
        GraphProto.SparseInitializer.Add(OnnxGraphWriter.Sparse(name, values, indices, dimensions));
        return (TSelf)this;
    }

    /// <summary>A node; its inputs and outputs are lists of names separated by commas (<c>"x,,b"</c> leaves the second out).</summary>
    public TSelf Node(string op, string inputs, string outputs, Action<OnnxNodeWriter>? write = null)
    {
        GraphProto.Node.Add(OnnxGraphWriter.MakeNode(op, inputs, outputs, write));
        return (TSelf)this;
    }

    private static ValueInfoProto Info(string name, OnnxType? type)
    {
        var info = new ValueInfoProto { Name = name };
        if (type is not null) info.Type = type.Proto;
        return info;
    }
}

/// <summary>Writes a subgraph.</summary>
public sealed class OnnxGraphWriter : OnnxGraphWriterBase<OnnxGraphWriter>
{
    internal static GraphProto Write(Action<OnnxGraphWriter> write)
    {
        var writer = new OnnxGraphWriter();
        write(writer);
        return writer.GraphProto;
    }

    internal static NodeProto MakeNode(string op, string inputs, string outputs, Action<OnnxNodeWriter>? write)
    {
        var proto = new NodeProto { OpType = op };
        if (inputs.Length > 0) proto.Input.Add(inputs.Split(',').Select(i => i.Trim()));
        if (outputs.Length > 0) proto.Output.Add(outputs.Split(',').Select(o => o.Trim()));
        write?.Invoke(new OnnxNodeWriter(proto));
        return proto;
    }

    internal static SparseTensorProto Sparse(string name, Tensor values, Tensor indices, int[] dimensions)
    {
        var proto = new SparseTensorProto { Values = OnnxTensors.ToProto(name, values, OnnxEncoding.Raw), Indices = OnnxTensors.ToProto("", indices, OnnxEncoding.Raw) };
        foreach (int d in dimensions) proto.Dims.Add(d);
        return proto;
    }
}
