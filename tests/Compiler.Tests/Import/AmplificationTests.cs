using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using RedGen.Compiler.Import.Proto;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Import;

/// <summary>
/// Files of megabytes that repeat the smallest encoding of one field: for every field of every message of the format, since
/// each is an object, a list entry or a number that is larger in memory than in the file.
/// </summary>
public sealed class AmplificationTests(ITestOutputHelper output)
{
    // The quick run takes small files: what a field may take beyond ten times its size shows all the same, but for the 64 MB.
    private static readonly int Bytes = FuzzHarness.CasesFromEnvironment(0) > 0 ? 6 << 20 : 1 << 20;

    [Fact]
    public void No_field_takes_more_than_ten_times_the_file()
    {
        FuzzReport report = new FuzzHarness(bytes => Reading.Read(bytes)).Run(Files());
        output.WriteLine(report.ToString());
        Assert.True(report.Failures.Count == 0, string.Join("\n", report.Failures));
    }

    private static IEnumerable<byte[]> Files()
    {
        foreach ((MessageDescriptor type, int[] path) in Messages())
        {
            foreach (FieldDescriptor field in type.Fields.InFieldNumberOrder())
            {
                foreach (byte[] unit in Units(field)) yield return Wrap(Repeat(unit, Bytes), path);
            }

            yield return Wrap(Repeat(Encode(o => { o.WriteTag(100, WireFormat.WireType.Varint); o.WriteInt32(1); }), Bytes), path);
        }
    }

    /// <summary>Every message type, with the shortest way to it from the model.</summary>
    private static List<(MessageDescriptor Type, int[] Path)> Messages()
    {
        var found = new List<(MessageDescriptor Type, int[] Path)> { (ModelProto.Descriptor, []) };
        for (int i = 0; i < found.Count; i++)
        {
            foreach (FieldDescriptor field in found[i].Type.Fields.InFieldNumberOrder().Where(f => f.FieldType == FieldType.Message))
                if (found.All(f => f.Type != field.MessageType)) found.Add((field.MessageType, [.. found[i].Path, field.FieldNumber]));
        }

        return found;
    }

    private static IEnumerable<byte[]> Units(FieldDescriptor field)
    {
        switch (field.FieldType)
        {
            case FieldType.Message or FieldType.Bytes or FieldType.String:
                yield return Delimited(field.FieldNumber, []);
                yield return Delimited(field.FieldNumber, [(byte)'a']); // a name, or a message cut off
                if (field.FieldType == FieldType.Bytes) yield return Delimited(field.FieldNumber, new byte[Bytes]);
                break;
            case FieldType.Float: yield return Encode(o => { o.WriteTag(field.FieldNumber, WireFormat.WireType.Fixed32); o.WriteFloat(1); }); break;
            default:
                yield return Encode(o => { o.WriteTag(field.FieldNumber, WireFormat.WireType.Varint); o.WriteInt32(1); });
                if (field.IsRepeated) yield return Delimited(field.FieldNumber, new byte[Bytes]);
                break;
        }
    }

    private static byte[] Wrap(byte[] content, int[] path)
    {
        foreach (int number in path.Reverse()) content = Delimited(number, content);
        return [8, 8, .. content];
    }

    private static byte[] Repeat(byte[] unit, int bytes)
    {
        if (unit.Length >= bytes) return unit;
        var content = new byte[bytes / unit.Length * unit.Length];
        for (int i = 0; i < content.Length; i += unit.Length) unit.CopyTo(content, i);
        return content;
    }

    private static byte[] Delimited(int number, byte[] content) => Encode(o =>
    {
        o.WriteTag(number, WireFormat.WireType.LengthDelimited);
        o.WriteBytes(UnsafeByteOperations.UnsafeWrap(content));
    });

    private static byte[] Encode(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        write(output);
        output.Flush();
        return stream.ToArray();
    }
}
