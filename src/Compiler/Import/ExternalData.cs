using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Google.Protobuf.Collections;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Tensors whose data lie in a file beside the model. Each file is asked for once and never copied.</summary>
internal sealed class ExternalData(ModelSource source)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);

    /// <summary>The data of a tensor.</summary>
    /// <param name="tensorName">The tensor, for messages.</param>
    /// <param name="entries">The tensor's external_data.</param>
    /// <param name="needed">The bytes that type and shape ask for.</param>
    public ReadOnlyMemory<byte> Read(string tensorName, RepeatedField<StringStringEntryProto> entries, long needed)
    {
        string location = "";
        long offset = 0;
        long? length = null;
        foreach (StringStringEntryProto entry in entries)
        {
            if (entry.Key == "location") location = entry.Value;
            else if (entry.Key == "offset") offset = Number(tensorName, entry);
            else if (entry.Key == "length") length = Number(tensorName, entry);
        }

        string path = Normalise(location)
            ?? throw Problem(tensorName, "the location '" + ReadContext.Shorten(location) + "' is not a relative path inside the model's folder");
        ReadOnlyMemory<byte> file = File(tensorName, path);
        if (length is { } stated && stated != needed)
            throw Problem(tensorName, "its type and shape need " + ReadContext.Text(needed) + " bytes, external_data states " + ReadContext.Text(stated));
        if (offset > file.Length || needed > file.Length - offset)
            throw Problem(tensorName, "'" + path + "' has " + ReadContext.Text(file.Length) + " bytes, but the tensor needs " + ReadContext.Text(needed) + " from offset " + ReadContext.Text(offset));
        return file.Slice((int)offset, (int)needed);
    }

    /// <summary>The path with forward slashes and without empty or <c>.</c> parts; null when it could leave the model's folder on any system.</summary>
    internal static string? Normalise(string location)
    {
        if (location.Length == 0 || location[0] == '/') return null;
        foreach (char c in location)
            if (c is '\\' or ':' || char.IsControl(c)) return null;
        string[] parts = [.. location.Split('/').Where(part => part.Length > 0 && part != ".")];

        // Windows drops trailing dots and blanks of a part, so ".. " is ".." there.
        if (parts.Length == 0 || parts.Any(part => part.TrimEnd('.', ' ').Length == 0)) return null;
        return string.Join("/", parts);
    }

    private ReadOnlyMemory<byte> File(string tensorName, string path)
    {
        if (_files.TryGetValue(path, out ReadOnlyMemory<byte> known)) return known;
        ReadOnlyMemory<byte>? content;
        try
        {
            content = source.ReadExternal(path);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new ModelException(DiagnosticCatalog.MissingFile.With(path, e.Message));
        }

        if (content is not { } bytes)
            throw new ModelException(DiagnosticCatalog.MissingFile.With(path, "initializer '" + tensorName + "' has its data there, but there is no such file beside the model"));
        _files.Add(path, bytes);
        return bytes;
    }

    private static long Number(string tensorName, StringStringEntryProto entry)
        => long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw Problem(tensorName, entry.Key + " '" + ReadContext.Shorten(entry.Value) + "' is not a number of bytes");

    private static ModelException Problem(string tensorName, string problem) => new(DiagnosticCatalog.ExternalData.With(tensorName, problem));
}
