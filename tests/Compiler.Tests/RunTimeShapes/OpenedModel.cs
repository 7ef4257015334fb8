using System;
using System.Collections.Generic;
using System.Linq;
using Google.Protobuf;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.RunTimeShapes;

/// <summary>
/// A model whose inputs go through a Reshape to a shape of run time first, so that nothing behind it knows a length: what computes
/// static shapes must compute these too.
/// </summary>
internal static class OpenedModel
{
    private const string Suffix = "_shape";

    /// <summary>Rewrites a model.</summary>
    public static ModelSource Of(OnnxModelWriter writer, string except = "")
    {
        var proto = ModelProto.Parser.ParseFrom(writer.ToBytes());
        GraphProto graph = proto.Graph;
        List<NodeProto> first = [];
        foreach (ValueInfoProto input in graph.Input.ToArray())
        {
            string name = input.Name;
            if (name == except) continue;
            var reshape = new NodeProto { OpType = "Reshape", Name = "open " + name };
            reshape.Input.Add([name + "_given", name + Suffix]);
            reshape.Output.Add(name);
            first.Add(reshape);
            input.Name = name + "_given";
            var shape = new TensorShapeProto();
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = input.Type.TensorType.Shape.Dim.Count });
            graph.Input.Add(new ValueInfoProto
            {
                Name = name + Suffix,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Int64, Shape = shape } },
            });
        }

        NodeProto[] rest = [.. graph.Node];
        graph.Node.Clear();
        graph.Node.Add(first.Concat(rest));
        foreach (OperatorSetIdProto opset in proto.OpsetImport)
            if (opset.Domain.Length == 0) opset.Version = Math.Max(opset.Version, 14);
        // Zero is a length here like any other.
        foreach (NodeProto node in first) node.Attribute.Add(new AttributeProto { Name = "allowzero", I = 1, Type = AttributeProto.Types.AttributeType.Int });
        return ModelSource.FromBytes("model.onnx", proto.ToByteArray());
    }

    /// <summary>The inputs of the rewritten model: those of the model, then the shapes of all of them.</summary>
    public static ReferenceTensor[] Inputs(IReadOnlyList<ReferenceTensor> inputs, int except = -1)
        => [.. inputs, .. inputs.Where((_, k) => k != except).Select(i => new ReferenceTensor(ElementType.Int64, [i.Rank], [.. i.Lengths.Select(d => (long)d)]))];
}
