using System.Linq;
using Google.Protobuf.Collections;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;
using AttributeType = RedGen.Compiler.Import.Proto.AttributeProto.Types.AttributeType;

namespace RedGen.Compiler.Import;

/// <summary>Attributes of nodes.</summary>
internal static class AttributeReader
{
    /// <summary>Reads a node's attributes.</summary>
    /// <exception cref="ModelException">An attribute contradicts itself.</exception>
    public static NodeAttributes Read(RepeatedField<AttributeProto> protos, string node, GraphReader graphs, NameScope scope)
    {
        NodeAttributes attributes = NodeAttributes.Empty;
        foreach (AttributeProto proto in protos)
        {
            string name = ReadContext.Shorten(proto.Name);
            if (name.Length == 0) throw ReadContext.Malformed(node, "has an attribute without a name");
            if (attributes.Has(proto.Name)) throw ReadContext.Malformed(node, "has two attributes '" + name + "'");
            string what = "attribute '" + name + "' of " + node;
            attributes = attributes.With(proto.Name, ReadValue(proto, what, graphs, scope));
        }

        return attributes;
    }

    private static AttributeValue ReadValue(AttributeProto proto, string what, GraphReader graphs, NameScope scope)
    {
        ReadContext context = graphs.Context;
        if (proto.RefAttrName.Length > 0) return new ReferenceAttribute(proto.RefAttrName);
        switch (KindOf(proto))
        {
            case AttributeType.Float: return new FloatAttribute(proto.F);
            case AttributeType.Int: return new IntAttribute(proto.I);
            case AttributeType.String: return new StringAttribute(TensorReader.Decode(proto.S, what, context));
            case AttributeType.Tensor: return new TensorAttribute(TensorReader.Read(Required(proto.T, what), what, context));
            case AttributeType.Graph: return new GraphAttribute(graphs.Read(Required(proto.G, what), scope));
            case AttributeType.TypeProto: return new TypeAttribute(ReadType(Required(proto.Tp, what), what, context));
            case AttributeType.SparseTensor: return new TensorAttribute(SparseTensorReader.Read(Required(proto.SparseTensor, what), what, context));
            case AttributeType.Floats: return new FloatsAttribute([.. proto.Floats]);
            case AttributeType.Ints: return new IntsAttribute([.. proto.Ints]);
            case AttributeType.Strings: return new StringsAttribute([.. proto.Strings.Select(s => TensorReader.Decode(s, what, context))]);
            case AttributeType.Tensors: return new TensorsAttribute([.. proto.Tensors.Select(t => TensorReader.Read(t, what, context))]);
            case AttributeType.Graphs: return new GraphsAttribute([.. proto.Graphs.Select(g => graphs.Read(g, scope))]);
            case AttributeType.TypeProtos: return new TypesAttribute([.. proto.TypeProtos.Select(t => ReadType(t, what, context))]);
            case AttributeType.SparseTensors: return new TensorsAttribute([.. proto.SparseTensors.Select(t => SparseTensorReader.Read(t, what, context))]);
            default: throw ReadContext.Malformed(what, "has no value of a known type");
        }
    }

    /// <summary>The stated type; early writers left it out and set only the value.</summary>
    private static AttributeType KindOf(AttributeProto proto)
    {
        if (proto.Type != AttributeType.Undefined) return proto.Type;
        (bool Has, AttributeType Type)[] kinds =
        [
            (proto.HasF, AttributeType.Float), (proto.HasI, AttributeType.Int), (proto.HasS, AttributeType.String),
            (proto.T is not null, AttributeType.Tensor), (proto.G is not null, AttributeType.Graph),
            (proto.Tp is not null, AttributeType.TypeProto), (proto.SparseTensor is not null, AttributeType.SparseTensor),
            (proto.Floats.Count > 0, AttributeType.Floats), (proto.Ints.Count > 0, AttributeType.Ints),
            (proto.Strings.Count > 0, AttributeType.Strings), (proto.Tensors.Count > 0, AttributeType.Tensors),
            (proto.Graphs.Count > 0, AttributeType.Graphs), (proto.TypeProtos.Count > 0, AttributeType.TypeProtos),
            (proto.SparseTensors.Count > 0, AttributeType.SparseTensors),
        ];
        return kinds.FirstOrDefault(k => k.Has).Type;
    }

    private static T Required<T>(T? value, string what)
        where T : class
        => value ?? throw ReadContext.Malformed(what, "states a type but has no value of it");

    private static ValueType ReadType(TypeProto proto, string what, ReadContext context)
        => TypeReader.Read(proto, what, context) ?? throw new ModelException(DiagnosticCatalog.UnsupportedValue.With(what, "it is not the type of a tensor, a sequence or an optional"));
}
