using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using RedGen.Compiler.Import.Proto;

namespace RedGen.TestKit;

/// <summary>Changes single fields of a model and keeps it well-formed protobuf, so that the change reaches what lies behind the parser.</summary>
internal static class FieldMutator
{
    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 3, 7, 8, 16, 127, 128, 255, 256, 65_535, 65_536, int.MaxValue, (long)int.MaxValue + 1, int.MinValue, 1L << 40, long.MaxValue, long.MinValue,
    ];

    private static readonly float[] Floats = [0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 1e-30f];

    public static byte[] Mutate(byte[] model, Random random)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            List<IMessage> messages = [];
            Collect(proto, messages);
            MutateMessage(messages[random.Next(messages.Count)], messages, random);
        }

        return proto.ToByteArray();
    }

    private static void Collect(IMessage message, List<IMessage> messages)
    {
        messages.Add(message);
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Message))
        {
            object value = field.Accessor.GetValue(message);
            if (value is IList list)
            {
                foreach (IMessage item in list.Cast<IMessage>()) Collect(item, messages);
            }
            else if (value is IMessage item) Collect(item, messages);
        }
    }

    private static void MutateMessage(IMessage message, List<IMessage> all, Random random)
    {
        IList<FieldDescriptor> fields = message.Descriptor.Fields.InDeclarationOrder();
        FieldDescriptor field = fields[random.Next(fields.Count)];
        if (field.IsRepeated) MutateList(field, (IList)field.Accessor.GetValue(message), all, random);
        else if (random.Next(5) == 0) field.Accessor.Clear(message);
        else if (Value(field, all, random) is { } value) field.Accessor.SetValue(message, value);
    }

    private static void MutateList(FieldDescriptor field, IList list, List<IMessage> all, Random random)
    {
        int choice = random.Next(5);
        if (choice == 0 && list.Count > 0) list.RemoveAt(random.Next(list.Count));
        else if (choice == 1 && list.Count > 0) list.Add(Copy(list[random.Next(list.Count)]!));
        else if (choice == 2 && list.Count > 1)
        {
            object item = list[0]!;
            list.RemoveAt(0);
            list.Add(item);
        }
        else if (Value(field, all, random) is { } value)
        {
            if (list.Count > 0 && choice == 3) list[random.Next(list.Count)] = value;
            else list.Add(value);
        }
    }

    /// <summary>A boundary value, or one taken from elsewhere in the model: names that exist are worse than random ones.</summary>
    private static object? Value(FieldDescriptor field, List<IMessage> all, Random random)
    {
        long number = random.Next(3) == 0 ? random.Next(40) : Numbers[random.Next(Numbers.Length)];
        switch (field.FieldType)
        {
            case FieldType.Int64: return number;
            case FieldType.Int32: return unchecked((int)number);
            case FieldType.Enum: return Enum.ToObject(field.EnumType.ClrType, unchecked((int)number));
            case FieldType.Float: return Floats[random.Next(Floats.Length)];
            case FieldType.String: return Text(all, random);
            case FieldType.Bytes:
                var bytes = new byte[random.Next(random.Next(64) + 1)];
                random.NextBytes(bytes);
                return ByteString.CopyFrom(bytes);
            case FieldType.Message:
                IMessage[] donors = [.. all.Where(m => m.Descriptor == field.MessageType)];
                return donors.Length > 0 ? Copy(donors[random.Next(donors.Length)]) : field.MessageType.Parser.ParseFrom(ByteString.Empty);
            default: return null;
        }
    }

    private static string Text(List<IMessage> all, Random random)
    {
        string[] operators = ["Relu", "Conv", "Gemm", "MatMul", "Reshape", "Concat", "Slice", "Gather", "Expand", "Tile", "Pad", "Range", "ConstantOfShape", "If", "Loop", "Identity", "Cast", "Constant"];
        if (random.Next(3) == 0) return operators[random.Next(operators.Length)];
        NodeProto[] nodes = [.. all.OfType<NodeProto>()];
        string[] names = [.. nodes.SelectMany(n => n.Input.Concat(n.Output)), .. nodes.Select(n => n.Name), "", "x", "ai.onnx", new string('n', random.Next(300))];
        return names[random.Next(names.Length)];
    }

    // A message in two places of the tree is fine for writing, but the next mutation would change both, or make a circle.
    private static object Copy(object value) => value is IMessage message ? message.Descriptor.Parser.ParseFrom(message.ToByteArray()) : value;
}
