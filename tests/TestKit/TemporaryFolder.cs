using System;
using System.IO;

namespace RedGen.TestKit;

/// <summary>A folder of one test, deleted after it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes the folder.</summary>
    /// <param name="name">The last part of its path, for tests of odd names.</param>
    public TemporaryFolder(string name = "t")
    {
        _root = Directory.CreateTempSubdirectory("redgen-").FullName;
        FullPath = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
    }

    private readonly string _root;

    /// <summary>The folder's path.</summary>
    public string FullPath { get; }

    /// <summary>Writes a file, making its folders.</summary>
    public string Write(string relativePath, byte[] bytes)
    {
        string path = Path.Combine(FullPath, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Writes a text file, making its folders.</summary>
    public string Write(string relativePath, string text) => Write(relativePath, System.Text.Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_root, recursive: true);
        }
        catch (IOException)
        {
            // A process that still holds a file does not make the test wrong.
        }
    }
}
