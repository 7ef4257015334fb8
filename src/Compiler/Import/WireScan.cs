using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Threading;
using Google.Protobuf.Reflection;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Compiler.Import;

/// <summary>
/// Walks a file's wire format before protobuf builds objects from it. Protobuf alone would let a hostile file ask for more
/// than a hundred times its size (an empty node is two bytes in the file and hundreds in memory), silently replace
/// malformed UTF-8 in names, and report a truncated file without saying which tensor is cut.
/// </summary>
internal sealed class WireScan
{
    /// <summary>Protobuf's own default for nested messages.</summary>
    private const int MaxDepth = 100;

    /// <summary>Longer names are no names; they would only blow up messages.</summary>
    private const int MaxNameBytes = 8192;

    // The promise is 10 × the file + 64 MB for the whole import. What is charged here is estimated on the high side; the
    // remainder is for data that import expands (ReadContext.ExpansionBudget).
    private const int CostPerFileByte = 9;
    private const long FreeCost = 32L << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private readonly byte[] _file;
    private readonly long _budget;
    private readonly CancellationToken _cancellation;
    private readonly List<Frame> _trail = [];
    private readonly Dictionary<MessageDescriptor, int> _baseCosts = [];
    private long _cost;
    private bool _hasMessage;

    private WireScan(byte[] file, CancellationToken cancellation)
    {
        _file = file;
        _budget = (CostPerFileByte * (long)file.Length) + FreeCost;
        _cancellation = cancellation;
    }

    private sealed class Frame(MessageDescriptor type)
    {
        public MessageDescriptor Type { get; } = type;

        public string? Name { get; set; }
    }

    /// <summary>Throws a <see cref="ModelException"/> unless the bytes are well-formed and modest.</summary>
    public static void Check(byte[] file, MessageDescriptor root, CancellationToken cancellation)
    {
        var scan = new WireScan(file, cancellation);
        scan.CheckStart(root);
        scan.Message(root, 0, file.Length);
    }

    /// <summary>A first tag that the root message does not know means that this is another kind of file altogether.</summary>
    private void CheckStart(MessageDescriptor root)
    {
        int position = 0;
        if (!TryVarint(ref position, _file.Length, out ulong tag) || !IsKnown(root.FindFieldByNumber((int)Math.Min(tag >> 3, int.MaxValue)), (int)(tag & 7)))
            throw new ModelException(DiagnosticCatalog.NotOnnx.With("its first bytes are no field of " + root.Name));
    }

    private void Message(MessageDescriptor type, int position, int end)
    {
        if (_trail.Count >= MaxDepth) throw Malformed("messages are nested deeper than " + Text(MaxDepth));
        _trail.Add(new Frame(type));
        Charge(BaseCost(type));
        while (position < end)
        {
            _cancellation.ThrowIfCancellationRequested();
            if (!TryVarint(ref position, end, out ulong tag)) throw Malformed("a field's tag is cut off at byte " + Text(position));
            if (tag > uint.MaxValue || tag >> 3 == 0) throw NoTag(position);
            FieldDescriptor? field = type.FindFieldByNumber((int)(tag >> 3));

            // An unknown field is kept by protobuf in a set of its own; numbers of a tensor that are not packed are among them.
            Charge(field is null ? 320 : field.IsRepeated ? 64 : 0);
            if (!IsKnown(field, (int)(tag & 7))) field = null;
            position = Field(field, (int)(tag & 7), position, end);
        }

        _trail.RemoveAt(_trail.Count - 1);
        _hasMessage = true;
    }

    private int Field(FieldDescriptor? field, int wireType, int position, int end)
    {
        switch (wireType)
        {
            case 0:
                if (!TryVarint(ref position, end, out _)) throw Malformed("a number is cut off or too long at byte " + Text(position));
                return position;
            case 1: return Skip(position, 8, end);
            case 5: return Skip(position, 4, end);
            case 2: return LengthDelimited(field, position, end);
            default: throw NoTag(position);
        }
    }

    private int LengthDelimited(FieldDescriptor? field, int position, int end)
    {
        if (!TryVarint(ref position, end, out ulong length)) throw Malformed("a length is cut off at byte " + Text(position));
        bool truncated = length > (ulong)(end - position);
        int fieldEnd = truncated ? end : position + (int)length;

        // The part that is there is still walked, so that the message names the innermost thing that is cut.
        if (field?.FieldType == FieldType.Message) Message(field.MessageType, position, fieldEnd);
        if (truncated)
            throw Malformed("field " + (field?.Name ?? "of unknown number") + " at byte " + Text(position) + " has " + length.ToString(CultureInfo.InvariantCulture) + " bytes, but only " + Text(end - position) + " follow");
        if (field?.FieldType == FieldType.String) CheckString(field, position, (int)length);
        else if (field is { FieldType: not (FieldType.Message or FieldType.Bytes) }) Charge(24L * (int)length);
        else if (field?.FieldType != FieldType.Message) Charge(48 + ((long)length * (field?.Name is "int64_data" or "uint64_data" or "int32_data" ? 9 : 1)));
        return fieldEnd;
    }

    private void CheckString(FieldDescriptor field, int start, int length)
    {
        Charge(48 + (2L * length));
        if (field.Name == "doc_string") return;
        if (length > MaxNameBytes) throw Malformed("field " + field.Name + " at byte " + Text(start) + " has " + Text(length) + " bytes, more than a name may have");
        string text;
        try
        {
            text = StrictUtf8.GetString(_file, start, length);
        }
        catch (ArgumentException)
        {
            throw Malformed("field " + field.Name + " at byte " + Text(start) + " is not UTF-8");
        }

        if (field.Name is "name" or "key") _trail[_trail.Count - 1].Name = text;
    }

    private int Skip(int position, int count, int end)
        => end - position >= count ? position + count : throw Malformed("a number is cut off at byte " + Text(position));

    private bool TryVarint(ref int position, int end, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70 && position < end; shift += 7)
        {
            byte b = _file[position++];
            if (shift < 64) value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return true;
        }

        return false;
    }

    private static bool IsKnown(FieldDescriptor? field, int wireType)
    {
        if (field is null) return false;
        int expected = field.FieldType switch
        {
            FieldType.Message or FieldType.String or FieldType.Bytes => 2,
            FieldType.Float => 5,
            FieldType.Double => 1,
            _ => 0,
        };
        bool packed = wireType == 2 && field.IsRepeated; // both forms of a repeated number are valid
        return wireType == expected || packed;
    }

    private void Charge(long cost)
    {
        _cost += cost;
        if (_cost > _budget)
            throw new ModelException(DiagnosticCatalog.TooLarge.With("the file", "its messages need more memory than 10 times the file; it is broken or hostile"));
    }

    /// <summary>What protobuf's object of this type, and what the graph makes of it, take without their contents.</summary>
    private int BaseCost(MessageDescriptor type)
    {
        if (_baseCosts.TryGetValue(type, out int cost)) return cost;
        cost = 256;
        foreach (FieldDescriptor field in type.Fields.InFieldNumberOrder()) cost += field.IsRepeated ? 80 : 16;
        _baseCosts.Add(type, cost);
        return cost;
    }

    /// <summary>Nonsense before the first whole message is no protobuf at all; after it, the file is damaged.</summary>
    private ModelException NoTag(int position)
        => _hasMessage ? Malformed("there is no field tag at byte " + Text(position)) : new(DiagnosticCatalog.NotOnnx.With("it is no protobuf beyond byte " + Text(position)));

    private ModelException Malformed(string what)
    {
        var path = new StringBuilder();
        foreach (Frame frame in _trail)
        {
            if (frame.Type.Name is "ModelProto") continue;
            if (path.Length > 0) path.Append(", ");
            path.Append(frame.Type.Name);
            if (frame.Name is not null) path.Append(" '").Append(ReadContext.Shorten(frame.Name)).Append('\'');
        }

        return new ModelException(DiagnosticCatalog.Malformed.With(path.Length == 0 ? what : "in " + path + ": " + what));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
